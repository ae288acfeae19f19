// What Swift cannot see of MPI: its handles are macros.
#include <mpi.h>

// Starts MPI; only the calling thread may use it. Errors are returned, not fatal.
static inline int flashlm_mpi_start(int *rank, int *count) {
  int provided, error = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
  if (error != MPI_SUCCESS) return error;
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  error = MPI_Comm_rank(MPI_COMM_WORLD, rank);
  return error != MPI_SUCCESS ? error : MPI_Comm_size(MPI_COMM_WORLD, count);
}

static inline int flashlm_mpi_send(const void *bytes, int count, int rank, MPI_Request *request) {
  return MPI_Isend(bytes, count, MPI_BYTE, rank, 0, MPI_COMM_WORLD, request);
}

static inline int flashlm_mpi_receive(void *bytes, int count, int rank, MPI_Request *request) {
  return MPI_Irecv(bytes, count, MPI_BYTE, rank, 0, MPI_COMM_WORLD, request);
}

static inline int flashlm_mpi_test(MPI_Request *request, int *is_done) {
  return MPI_Test(request, is_done, MPI_STATUS_IGNORE);
}

static inline int flashlm_mpi_finish(void) { return MPI_Finalize(); }
