/* mapsearch.h - from an address to all the lines that it leads to. */

#ifndef MAPSEARCH_H
#define MAPSEARCH_H

#include "usermap.h"

/* As usermap_find, in a map that is open.  Faults of the map that it runs into
 * are told. */
void mapsearch_find(struct usermap *, struct span address, struct finding *);

#endif
