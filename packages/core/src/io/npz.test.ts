import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HostArray } from '../graph/dtype.ts'
import { joinChunks } from './chunks.ts'
import { deflate } from './deflate.ts'
import { encodeZip } from './encode-zip.ts'
import {
  anyArrays,
  bytesFromHex,
  bytesOfParts,
  expectSameArray,
  formatErrorOf,
  hostArray,
  strictSource,
} from './io.testing.ts'
import { npyChunks } from './npy.ts'
import { encodeNpz, openNpz } from './npz.ts'

const open = (bytes: Uint8Array) => openNpz(strictSource(bytes, 'a.npz'))
const readAll = async (bytes: Uint8Array) => (await open(bytes)).readAll()

async function expectRoundTrip(bytes: Uint8Array, arrays: ReadonlyMap<string, HostArray>): Promise<void> {
  const back = await readAll(bytes)
  expect([...back.keys()]).toEqual([...arrays.keys()])
  for (const [name, array] of arrays) expectSameArray(back.get(name), array)
}

test('arrays come back as they were written, stored or deflated', async () => {
  await fc.assert(
    fc.asyncProperty(anyArrays, fc.boolean(), async (arrays, compress) => {
      await expectRoundTrip(await joinChunks(encodeNpz(arrays, { compress })), arrays)
    }),
  )
})

test('ZIP64 records are written and read back', async () => {
  const arrays = new Map([
    ['a', hostArray('f32', [2], [1, 2])],
    ['b', hostArray('i32', [], [3])],
  ])
  const inputs = [...arrays].map(([name, array]) => ({ name: `${name}.npy`, chunks: npyChunks(array) }))
  // 100: only some of the fields move. 0: all of them do.
  for (const zip64From of [0, 100, 137, 200, 400]) {
    await expectRoundTrip(await joinChunks(encodeZip(inputs, false, zip64From)), arrays)
  }
})

test('an archive of 70,000 entries is written with ZIP64 counts', async () => {
  const inputs = Array.from({ length: 70_000 }, (_, i) => ({ name: `${i}`, chunks: [] }))
  const file = await open(await joinChunks(encodeZip(inputs, false)))
  expect(file.others.length).toBe(70_000)
})

test('what numpy.savez writes is read', async () => {
  const arrays = await readAll(numpySavez)
  expect([...arrays.keys()]).toEqual(['w', 'n'])
  expectSameArray(arrays.get('w'), hostArray('f32', [2], [1.5, -2]))
  expectSameArray(arrays.get('n'), hostArray('i32', [], [7]))
})

test('what numpy.savez_compressed writes is read', async () => {
  const file = await open(numpySavezCompressed)
  expect([...file.entries]).toEqual([['w', { dtype: 'f32', shape: [4, 4], storedAs: '<f4' }]])
  expectSameArray(
    await file.read('w'),
    hostArray(
      'f32',
      [4, 4],
      Array.from({ length: 16 }, () => 0),
    ),
  )
})

test('an entry whose sizes follow its data is read', async () => {
  // As Python's zipfile writes to a pipe: flag 8, zeros in the local header, a descriptor after the data.
  const bytes = numpySavezCompressed.slice()
  const view = new DataView(bytes.buffer)
  const central = bytes.length - 22 - 51
  view.setUint16(6, 8, true)
  view.setUint32(14, 0, true)
  view.setUint32(18, 0, true)
  view.setUint32(22, 0, true)
  view.setUint16(central + 8, 8, true)
  expect((await readAll(bytes)).get('w')?.shape).toEqual([4, 4])
})

test('deflate makes what repeats smaller, and leaves what would grow stored', async () => {
  const zeros = hostArray('f32', [10_000], new Array<number>(10_000).fill(0))
  const one = hostArray('f32', [], [1])
  const plain = await joinChunks(encodeNpz({ zeros, one }))
  const packed = await joinChunks(encodeNpz({ zeros, one }, { compress: true }))
  expect(packed.length).toBeLessThan(plain.length / 20)
  await expectRoundTrip(packed, new Map(Object.entries({ zeros, one })))
})

test('entries that are not arrays are listed and left alone', async () => {
  const inputs = [
    { name: 'notes/', chunks: [] },
    { name: 'notes/readme.txt', chunks: [new Uint8Array([1])] },
    { name: '../x.npy', chunks: npyChunks(hostArray('f32', [], [1])) },
  ]
  const file = await open(await joinChunks(encodeZip(inputs, false)))
  expect(file.others).toEqual(['notes/', 'notes/readme.txt'])
  expect([...file.entries.keys()]).toEqual(['../x'])
  await expect(file.read('y')).rejects.toThrow('npz "a.npz": no array named "y": it holds "../x"')
})

describe('a hostile archive is refused', () => {
  const w = hostArray(
    'f32',
    [300],
    Array.from({ length: 300 }, (_, i) => i % 7),
  )
  const stored = () => joinChunks(encodeNpz({ w }))
  const deflated = () => joinChunks(encodeNpz({ w }, { compress: true }))
  const end = 22
  const central = 46 + 'w.npy'.length
  const problem = async (bytes: Uint8Array) => (await formatErrorOf(readAll(bytes))).message

  /** The archive with one field of its only entry changed. */
  const changed = (
    bytes: Uint8Array<ArrayBuffer>,
    from: 'local' | 'central' | 'end',
    field: number,
    value: number,
    size = 4,
  ) => {
    const at = { local: 0, central: bytes.length - end - central, end: bytes.length - end }[from] + field
    const view = new DataView(bytes.buffer)
    if (size === 4) view.setUint32(at, value, true)
    else view.setUint16(at, value, true)
    return bytes
  }

  test('when it is cut anywhere', async () => {
    const bytes = await deflated()
    for (let size = 0; size < bytes.length; size++) {
      expect((await formatErrorOf(readAll(bytes.subarray(0, size)))).file).toBe('a.npz')
    }
  })

  test('when anything precedes or follows it', async () => {
    expect(await problem(bytesOfParts('x', await stored()))).toContain(
      'which does not end where this record starts',
    )
    expect(await problem(bytesOfParts(await stored(), 'x'))).toContain('end record at byte')
  })

  test('when data is damaged', async () => {
    const bytes = await stored()
    bytes[bytes.length - end - central - 2]! ^= 1
    expect(await problem(bytes)).toMatch(
      /^npz "a.npz": entry "w.npy" at byte 35: the data's CRC-32 is [\da-f]{8}, the directory states [\da-f]{8}/,
    )
  })

  test('when compressed data is damaged', async () => {
    const bytes = await deflated()
    bytes.fill(0xff, 60, 70)
    expect(await problem(bytes)).toContain('entry "w.npy" at byte 35: ')
  })

  test('when an entry is encrypted, or compressed by another method', async () => {
    expect(await problem(changed(await stored(), 'central', 8, 1, 2))).toContain(
      'entry "w.npy" at byte 1363: is encrypted',
    )
    expect(await problem(changed(await stored(), 'central', 10, 12, 2))).toContain(
      'has compression method 12, only 0 (stored) and 8 (deflate) are read',
    )
  })

  test('when it spans disks', async () => {
    expect(await problem(changed(await stored(), 'end', 4, 1, 2))).toContain(
      'the archive spans several disks',
    )
    expect(await problem(changed(await stored(), 'central', 34, 1, 2))).toContain(
      'entry "w.npy" at byte 1363: is on disk 1',
    )
  })

  test('when its directory lies about places and counts', async () => {
    expect(await problem(changed(await stored(), 'end', 16, 0xfffffff0))).toContain(
      'does not end where this record starts',
    )
    expect(await problem(changed(await stored(), 'end', 12, 5))).toContain(
      'does not end where this record starts',
    )
    expect(await problem(changed(changed(await stored(), 'end', 8, 2, 2), 'end', 10, 2, 2))).toContain(
      'states 2 entries, the directory has 1',
    )
    expect(await problem(changed(await stored(), 'central', 42, 6))).toContain(
      '1328 bytes of data run into the central directory',
    )
    expect(await problem(changed(await stored(), 'central', 0, 0))).toContain(
      'no entry where one should start',
    )
    expect(await problem(changed(await stored(), 'central', 28, 0xffff, 2))).toContain(
      'the entry runs past the directory',
    )
  })

  test('when the local header contradicts the directory', async () => {
    expect(await problem(changed(await stored(), 'local', 0, 0))).toContain(
      'entry "w.npy" local header at byte 0: is not there',
    )
    for (const field of [14, 18, 22, 30]) {
      expect(await problem(changed(await stored(), 'local', field, 7))).toContain(
        'contradicts the central directory',
      )
    }
    expect(await problem(changed(await stored(), 'local', 28, 9, 2))).toContain(
      'the data it begins runs past byte 1363',
    )
  })

  test('when an entry states a size that deflate cannot reach', async () => {
    const bytes = await deflated()
    const packed = new DataView(bytes.buffer).getUint32(18, true)
    const size = 1032 * packed + 1
    expect(await problem(changed(bytes, 'central', 24, size))).toContain(
      `states ${size} bytes, more than ${packed} bytes of deflate can hold`,
    )
  })

  test('when an entry unpacks to more or less than it states', async () => {
    for (const size of [1327, 1329]) {
      const bytes = changed(changed(await deflated(), 'central', 24, size), 'local', 22, size)
      expect(await problem(bytes)).toContain(
        `<f4 [300] takes 1200 bytes of data, but ${size - 128} follow the header`,
      )
    }
    // Here the array is as long as the entry states, and the compressed data is not.
    for (const count of [299, 301]) {
      const lying = { ...w, shape: [count] }
      const [header] = npyChunks(lying)
      const inputs = [{ name: 'w.npy', chunks: [header!, new Uint8Array(1200)] }]
      const bytes = await joinChunks(encodeZip(inputs, true))
      const size = 128 + 4 * count
      const message = await problem(changed(changed(bytes, 'central', 24, size), 'local', 22, size))
      expect(message).toContain(
        count > 300
          ? `unpacks to 1328 bytes, but ${size} are stated`
          : `unpacks to more than the ${size} bytes stated`,
      )
    }
  })

  test('without setting memory aside for a size that only its directory states', async () => {
    // A megabyte of compressed zeros could unpack to a gigabyte, and this one claims to; but it is cut off.
    const count = 250_000_000
    const [header] = npyChunks({ ...w, shape: [count] })
    const start = await joinChunks(await deflate([header!, new Uint8Array(1000)]))
    const packed = bytesOfParts(start.subarray(0, -2), new Uint8Array(2 ** 20))
    const bytes = await joinChunks(encodeZip([{ name: 'w.npy', chunks: [packed] }], false))
    const size = 128 + 4 * count
    for (const [from, method, stated] of [
      ['local', 8, 22],
      ['central', 10, 24],
    ] as const) {
      changed(changed(bytes, from, method, 8, 2), from, stated, size)
    }
    const before = process.memoryUsage().arrayBuffers
    const error = await formatErrorOf(readAll(bytes))
    expect(error.field).toBe('entry "w.npy"')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100e6)
  })

  test('when entries share their data', async () => {
    const bytes = await stored()
    const directory = bytes.subarray(bytes.length - end - central, bytes.length - end)
    const other = directory.slice()
    other[46] = 'v'.charCodeAt(0)
    const twice = bytesOfParts(
      bytes.subarray(0, bytes.length - end),
      other,
      bytes.subarray(bytes.length - end),
    )
    const view = new DataView(twice.buffer, twice.length - end)
    view.setUint16(8, 2, true)
    view.setUint16(10, 2, true)
    view.setUint32(12, 2 * central, true)
    expect(await problem(twice)).toContain('1328 bytes of data run into the next entry at byte 0')
  })

  test('when two entries have one name', async () => {
    const inputs = [0, 1].map(() => ({ name: 'w.npy', chunks: npyChunks(w) }))
    expect(await problem(await joinChunks(encodeZip(inputs, false)))).toContain(
      'entry "w.npy" at byte 2777: occurs twice',
    )
  })

  test('when a ZIP64 record contradicts, or is missing', async () => {
    const inputs = [{ name: 'w.npy', chunks: npyChunks(w) }]
    const zip64 = await joinChunks(encodeZip(inputs, false, 0))
    expect(await problem(changed(zip64, 'end', 16, 5))).toContain(
      'end record at byte 1538: contradicts the ZIP64 end record',
    )
    expect(await problem(changed(await stored(), 'central', 24, 0xffffffff))).toContain(
      'entry "w.npy" at byte 1363: has a field moved to a ZIP64 extra field that is not there',
    )
  })
})

const numpySavez = bytesFromHex(
  `504b03042d000000000000002100d6434b05ffffffffffffffff05001400772e6e70790100100088000000000000008800000000
   000000934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572273a2046616c7365
   2c20277368617065273a2028322c292c207d20202020202020202020202020202020202020202020202020202020202020202020
   20202020202020202020202020202020202020202020202020200a0000c03f000000c0504b03042d00000000000000210023b8f0
   6cffffffffffffffff050014006e2e6e70790100100088000000000000008800000000000000934e554d5059010076007b276465
   736372273a20273c6938272c2027666f727472616e5f6f72646572273a2046616c73652c20277368617065273a2028292c207d20
   20202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020
   2020202020202020200a0700000000000000504b01022d032d000000000000002100d6434b058800000088000000050000000000
   000000000000800100000000772e6e7079504b01022d032d00000000000000210023b8f06c880000008800000005000000000000
   00000000008001bf0000006e2e6e7079504b05060000000002000200660000007e0100000000`,
)

const numpySavezCompressed = bytesFromHex(
  `504b03042d0000000800000021002b37b66affffffffffffffff05001400772e6e707901001000c0000000000000004900000000
   0000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9366a2aea3a09e965f54529498179f5f94920a12774bcc294e058a
   17672416a402f91a263a0a269a3a0ab50a64032e060a0100504b01022d032d0000000800000021002b37b66a49000000c0000000
   050000000000000000000000800100000000772e6e7079504b0506000000000100010033000000800000000000`,
)
