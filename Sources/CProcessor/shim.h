// What Swift cannot say about the processor.

// The widest vector register that the code is compiled for, in bytes. Swift has no condition for
// it; the preprocessor that imports this header gets the same -march as the Swift code.
#if defined(__AVX512F__)
#define FLASHLM_VECTOR_BYTES 64
#elif defined(__AVX__)
#define FLASHLM_VECTOR_BYTES 32
#else
#define FLASHLM_VECTOR_BYTES 16
#endif

// Whether a product and a sum are one instruction. Without it, fusing them would call the mathematics
// library lane by lane, which is 40 times slower than the two.
#if defined(__FMA__) || defined(__aarch64__)
#define FLASHLM_FUSES 1
#else
#define FLASHLM_FUSES 0
#endif

// Operations on sixteen floats that Swift's SIMD16 has only lane by lane. The optimiser puts the
// lanes together again in small functions and not in large ones, where that cost ten times the
// arithmetic. Here they are one operation from the start.
typedef float flashlm_floats __attribute__((ext_vector_type(16)));
typedef int flashlm_bits __attribute__((ext_vector_type(16)));

#define FLASHLM_INLINE static inline __attribute__((__always_inline__))

// Whether the processor at hand has wider registers than those that the code is compiled for.
FLASHLM_INLINE int flashlm_has_wider_registers(void) {
#if defined(__x86_64__)
  return FLASHLM_VECTOR_BYTES < 64 && __builtin_cpu_supports("avx512f");
#else
  return 0;
#endif
}

// a * b + c, rounded once where the processor can.
FLASHLM_INLINE flashlm_floats flashlm_multiply_add(
    flashlm_floats a, flashlm_floats b, flashlm_floats c) {
#if FLASHLM_FUSES
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

// The larger of each pair; a, if either is not a number.
FLASHLM_INLINE flashlm_floats flashlm_larger(flashlm_floats a, flashlm_floats b) {
  return b > a ? b : a;
}

// The smaller of each pair; a, if either is not a number.
FLASHLM_INLINE flashlm_floats flashlm_smaller(flashlm_floats a, flashlm_floats b) {
  return b < a ? b : a;
}

// All bits where a is less than b, none elsewhere.
FLASHLM_INLINE flashlm_bits flashlm_less(flashlm_floats a, flashlm_floats b) { return a < b; }

// a where the sign of the lane of `bits` is set, b elsewhere.
FLASHLM_INLINE flashlm_floats flashlm_select(
    flashlm_bits bits, flashlm_floats a, flashlm_floats b) {
  return bits ? a : b;
}

// Asks for the cache line at `address`, which will be written.
FLASHLM_INLINE void flashlm_prefetch_for_writing(const float *address) {
  __builtin_prefetch(address, 1, 3);
}

// Asks for the cache line at `address`, which will be read, though not at once: it may stay in the
// second-level cache.
FLASHLM_INLINE void flashlm_prefetch(const float *address) {
  __builtin_prefetch(address, 0, 2);
}

// How many bits of each of eight words are set.
typedef unsigned long long flashlm_long_words __attribute__((ext_vector_type(8)));

FLASHLM_INLINE flashlm_long_words flashlm_population_count(flashlm_long_words a) {
#if __has_builtin(__builtin_elementwise_popcount)
  return __builtin_elementwise_popcount(a);
#else
  for (int i = 0; i < 8; i++) a[i] = (unsigned long long)__builtin_popcountll(a[i]);
  return a;
#endif
}

// The sum of the lanes, halves first.
FLASHLM_INLINE float flashlm_sum(flashlm_floats a) {
  __auto_type eight = a.lo + a.hi;
  __auto_type four = eight.lo + eight.hi;
  __auto_type two = four.lo + four.hi;
  return two.x + two.y;
}

// The largest lane.
FLASHLM_INLINE float flashlm_largest(flashlm_floats a) {
  __auto_type eight = a.lo > a.hi ? a.lo : a.hi;
  __auto_type four = eight.lo > eight.hi ? eight.lo : eight.hi;
  __auto_type two = four.lo > four.hi ? four.lo : four.hi;
  return two.x > two.y ? two.x : two.y;
}

// Transposes 16 x 16 floats: row i of the target is column i of the source. Each of four rounds
// deals the rows like two halves of a pack of cards.
FLASHLM_INLINE void flashlm_transpose(
    const float *source, long source_stride, float *target, long target_stride) {
  flashlm_floats rows[16], dealt[16];
  for (int i = 0; i < 16; i++)
    __builtin_memcpy(&rows[i], source + i * source_stride, sizeof rows[i]);
#pragma clang loop unroll(full)
  for (int round = 0; round < 4; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++) {
      dealt[2 * i] = __builtin_shufflevector(
          rows[i], rows[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      dealt[2 * i + 1] = __builtin_shufflevector(
          rows[i], rows[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) rows[i] = dealt[i];
  }
  for (int i = 0; i < 16; i++)
    __builtin_memcpy(target + i * target_stride, &rows[i], sizeof rows[i]);
}

// Words of unsigned integers.
typedef unsigned flashlm_words __attribute__((ext_vector_type(16)));

// In each lane the entry of a table of 32 floats, in two halves, that the lane's lowest five bits
// name; and of one of 16 floats by the lowest four. Without AVX-512 no instruction does it.
FLASHLM_INLINE flashlm_floats flashlm_entries_of_32(const float *table, flashlm_words places) {
  flashlm_floats low, high;
  __builtin_memcpy(&low, table, sizeof low);
  __builtin_memcpy(&high, table + 16, sizeof high);
#if defined(__AVX512F__)
  return __builtin_ia32_vpermi2varps512(low, (flashlm_bits)places, high);
#else
  for (int i = 0; i < 16; i++) low[i] = table[places[i] & 31];
  return low;
#endif
}

FLASHLM_INLINE flashlm_floats flashlm_entries_of_16(const float *table, flashlm_words places) {
  flashlm_floats entries;
  __builtin_memcpy(&entries, table, sizeof entries);
#if defined(__AVX512F__)
  return __builtin_ia32_permvarsf512(entries, (flashlm_bits)places);
#else
  for (int i = 0; i < 16; i++) entries[i] = table[places[i] & 15];
  return entries;
#endif
}

// sums + what the twenty packed ternary weights of each lane's word select from the four tables
// (32 + 16 floats each) of their columns; Kernel+PackedTernaryProduct.swift says how.
FLASHLM_INLINE flashlm_floats flashlm_add_ternary(
    flashlm_floats sums, const unsigned *words, const float *tables) {
  flashlm_words word;
  __builtin_memcpy(&word, words, sizeof word);
  // Bytes 0 and 2 in the halves of a lane, then bytes 1 and 3. The bits from the eighth of each half
  // are the place in a table.
  const flashlm_words fractions = 0x00FF00FF;
  flashlm_words even = (word & fractions) * 27, odd = (word >> 8 & fractions) * 27;
  flashlm_words even_twos = (even & fractions) * 9, odd_twos = (odd & fractions) * 9;
  flashlm_floats first = flashlm_entries_of_32(tables, even >> 8);
  flashlm_floats second = flashlm_entries_of_32(tables + 48, odd >> 8);
  flashlm_floats third = flashlm_entries_of_32(tables + 96, even >> 24);
  flashlm_floats fourth = flashlm_entries_of_32(tables + 144, odd >> 24);
  first += flashlm_entries_of_16(tables + 32, even_twos >> 8);
  second += flashlm_entries_of_16(tables + 80, odd_twos >> 8);
  third += flashlm_entries_of_16(tables + 128, even_twos >> 24);
  fourth += flashlm_entries_of_16(tables + 176, odd_twos >> 24);
  return sums + ((first + second) + (third + fourth));
}
