/* main.c - runs the suite that it is linked with; TAP on stdout. */

#include <stdlib.h>

#include "suite.h"

int
main(void)
{
	SRunner *runner = srunner_create(suite());

	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
