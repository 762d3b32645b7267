/* Pages that are not dirty leave at once; what fails stays in the cache, which harms nobody. */
#include "files.h"

#include <fcntl.h>

void file_drop_cached(int fd, uint64_t nbytes)
{
	posix_fadvise(fd, 0, (off_t)nbytes, POSIX_FADV_DONTNEED);
}
