// One bit for each of 64 bytes, by class: what Swift cannot say, since its SIMD masks have no
// conversion to an integer. Written with clang's vector extensions, so that the compiler chooses
// the instructions: mask registers on AVX-512, vpmovmskb on AVX2, and what NEON has for it.
#ifndef FLASHLM_BYTE_CLASSES_H
#define FLASHLM_BYTE_CLASSES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef unsigned char flashlm_bytes64 __attribute__((ext_vector_type(64)));
typedef _Bool flashlm_bits64 __attribute__((ext_vector_type(64)));

// Bit i stands for byte i.
typedef struct {
  uint64_t letters;     // A-Z a-z
  uint64_t digits;      // 0-9
  uint64_t whitespace;  // tab, line feed, vertical tab, form feed, carriage return, space
  uint64_t spaces;      // U+0020 alone
  uint64_t quotes;      // U+0027
  uint64_t beyondASCII; // 0x80-0xFF
  uint64_t zeros;       // NUL
} flashlm_byte_classes;

#define FLASHLM_BITS(comparison)                                                      \
  ({                                                                                  \
    flashlm_bits64 bits_ = __builtin_convertvector((comparison), flashlm_bits64);     \
    uint64_t word_;                                                                   \
    memcpy(&word_, &bits_, sizeof word_);                                             \
    word_;                                                                            \
  })

// Classifies the 64 bytes at `address`, which need not be aligned.
static inline __attribute__((always_inline)) flashlm_byte_classes flashlm_classify(
    const void *address) {
  flashlm_bytes64 bytes;
  memcpy(&bytes, address, sizeof bytes);
  const flashlm_bytes64 space = 0x20, quote = 0x27, high = 0x80, zero = 0;
  const flashlm_bytes64 firstLetter = 'a', letterCount = 26;
  const flashlm_bytes64 firstDigit = '0', digitCount = 10;
  const flashlm_bytes64 firstControl = 9, controlCount = 5;
  flashlm_byte_classes classes;
  classes.letters = FLASHLM_BITS(((bytes | space) - firstLetter) < letterCount);
  classes.digits = FLASHLM_BITS((bytes - firstDigit) < digitCount);
  classes.spaces = FLASHLM_BITS(bytes == space);
  classes.whitespace = classes.spaces | FLASHLM_BITS((bytes - firstControl) < controlCount);
  classes.quotes = FLASHLM_BITS(bytes == quote);
  classes.beyondASCII = FLASHLM_BITS(bytes >= high);
  classes.zeros = FLASHLM_BITS(bytes == zero);
  return classes;
}

// How many of `count` bytes b have (b & mask) == value.
static inline size_t flashlm_count(
    const void *address, size_t count, unsigned char mask, unsigned char value) {
  const unsigned char *bytes = (const unsigned char *)address;
  const flashlm_bytes64 masks = mask, values = value;
  size_t found = 0, position = 0;
  for (; position + 64 <= count; position += 64) {
    flashlm_bytes64 part;
    memcpy(&part, bytes + position, sizeof part);
    found += (size_t)__builtin_popcountll(FLASHLM_BITS((part & masks) == values));
  }
  for (; position < count; position++) found += (bytes[position] & mask) == value;
  return found;
}

#endif
