/**
 * Numbers of the ZIP format.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT sections 4.3 to 4.5
 */

/** The first four bytes of each record, little-endian. */
export const signatures = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
} as const

/** Bytes in the fixed part of each record. */
export const recordSizes = { local: 30, central: 46, end: 22, end64: 56, locator64: 20 } as const

/** What a 32-bit field holds when its value is in the ZIP64 extra field or record instead. */
export const moved32 = 0xffffffff

/** What a 16-bit field holds when its value is in the ZIP64 record instead. */
export const moved16 = 0xffff

/** The extra field that holds 64-bit sizes and offsets. */
export const extra64 = 0x0001

/** How an entry's data is kept. */
export const methods = { stored: 0, deflated: 8 } as const

/** Bits of the general purpose flags. */
export const flagBits = {
  encrypted: 0x0001,
  sizesAfterData: 0x0008,
  strongEncryption: 0x0040,
  utf8: 0x0800,
  masked: 0x2000,
} as const
