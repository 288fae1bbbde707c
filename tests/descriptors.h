/* descriptors.h - how many descriptors this process has open. */

#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

/* Those below 256. */
int descriptors(void);

#endif
