// What the compiler was told about the processor. Swift has no condition for it; the preprocessor
// that imports this header gets the same -march as the Swift code.

#if defined(__AVX512F__)
#define FLASHLM_VECTOR_BYTES 64
#elif defined(__AVX__)
#define FLASHLM_VECTOR_BYTES 32
#else
#define FLASHLM_VECTOR_BYTES 16
#endif
