import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { joinChunks } from './chunks.ts'
import { encodeSafetensors } from './encode-safetensors.ts'
import { FileFormatError } from './format-error.ts'
import { bytesOfParts, expectWellFormed, hostArray, strictSource } from './io.testing.ts'
import { decodeNpy, encodeNpy } from './npy.ts'
import { encodeNpz, openNpz } from './npz.ts'
import { openSafetensors } from './open-safetensors.ts'

const arrays = {
  w: hostArray('f32', [2, 3], [1, 2, 3, 4, 5, 6]),
  mask: hostArray('bool', [3], [1, 0, 1]),
  n: hostArray('i32', [], [7]),
  long: hostArray('f64', [200], new Array<number>(200).fill(0)),
}

const formats = {
  safetensors: {
    bytes: await joinChunks(encodeSafetensors(arrays, { metadata: { format: 'pt' } })),
    read: async (bytes: Uint8Array) => (await openSafetensors(strictSource(bytes))).readAll(),
  },
  npy: {
    bytes: await joinChunks(encodeNpy(arrays.w)),
    read: async (bytes: Uint8Array) => new Map([['', await decodeNpy(strictSource(bytes))]]),
  },
  'npz, stored': {
    bytes: await joinChunks(encodeNpz(arrays)),
    read: async (bytes: Uint8Array) => (await openNpz(strictSource(bytes))).readAll(),
  },
  'npz, deflated': {
    bytes: await joinChunks(encodeNpz(arrays, { compress: true })),
    read: async (bytes: Uint8Array) => (await openNpz(strictSource(bytes))).readAll(),
  },
}

/** What happens to the file at a place given as a fraction of its length. */
type Mutation = readonly [
  kind: 'flip' | 'set' | 'cut' | 'insert' | 'remove' | 'copy',
  place: number,
  value: number,
]

// Text and numbers that mean something in the headers, so that mutations get past the first check.
const words = [
  '0',
  '9',
  '"',
  ',',
  '[',
  '{',
  '}',
  '-',
  '1e9',
  'F64',
  '<f8',
  'True',
  '99999999',
  '\0',
  '\uffff',
].map((word) => bytesOfParts(word))

function mutate(bytes: Uint8Array, [kind, place, value]: Mutation): Uint8Array {
  const at = Math.min(Math.floor(place * bytes.length), bytes.length)
  const [before, after] = [bytes.slice(0, at), bytes.slice(at)]
  const word = words[value % words.length] ?? new Uint8Array()
  if (kind === 'flip' && after.length > 0) after[0]! ^= 1 << (value % 8)
  if (kind === 'set' && after.length > 0) after[0] = value
  if (kind === 'cut') return before
  if (kind === 'insert') return bytesOfParts(before, word, after)
  if (kind === 'remove') return bytesOfParts(before, after.slice(1 + (value % 8)))
  if (kind === 'copy') return bytesOfParts(before, before.slice(-value), after)
  return bytesOfParts(before, after)
}

const place = fc.double({ min: 0, max: 1, noNaN: true })
const kind = fc.constantFrom<Mutation[0][]>('flip', 'flip', 'set', 'set', 'cut', 'insert', 'remove', 'copy')
const mutations = fc.array(fc.tuple(kind, place, fc.nat(255)), { minLength: 1, maxLength: 3 })

describe.each(Object.entries(formats))('a damaged %s file', (_, { bytes, read }) => {
  const settles = async (damaged: Uint8Array): Promise<void> => {
    try {
      for (const array of (await read(damaged)).values()) expectWellFormed(array)
    } catch (error) {
      if (!(error instanceof FileFormatError)) throw error
      expect(error.file).toBe('test.bin')
      expect(Number.isSafeInteger(error.offset) && error.offset >= 0).toBe(true)
    }
  }

  test('gives whole arrays or a FileFormatError, whatever happened to it', { timeout: 20_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(mutations, async (list) => settles(list.reduce(mutate, bytes))),
      { numRuns: 800 },
    )
  })

  test('does so for every single byte set to 0 or 255, or left out', { timeout: 20_000 }, async () => {
    for (let at = 0; at < bytes.length; at += bytes.length > 1000 ? 3 : 1) {
      await settles(bytes.with(at, 0))
      await settles(bytes.with(at, 255))
      await settles(mutate(bytes, ['remove', at / bytes.length, 0]))
    }
  })
})

test('random bytes are refused by every reader', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      for (const { read } of Object.values(formats)) {
        await expect(read(bytes)).rejects.toBeInstanceOf(FileFormatError)
      }
    }),
  )
})
