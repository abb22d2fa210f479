import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { joinChunks } from './chunks.ts'
import {
  anyHostArray,
  bytesFromHex,
  bytesOfParts,
  expectSameArray,
  formatErrorOf,
  hostArray,
  strictSource,
} from './io.testing.ts'
import { decodeNpy, encodeNpy } from './npy.ts'

const decode = (bytes: Uint8Array) => decodeNpy(strictSource(bytes, 'w.npy'))

/** An npy file with this dict, padded with spaces as NumPy does, and the data that `hex` spells. */
function npyBytes(dict: string, hex: string, version = 1): Uint8Array {
  const text = `${dict.padEnd(version === 1 ? 117 : 115)}\n`
  const length = version === 1 ? [text.length, 0] : [text.length, 0, 0, 0]
  return bytesOfParts(
    bytesFromHex('93'),
    'NUMPY',
    new Uint8Array([version, 0, ...length]),
    text,
    bytesFromHex(hex),
  )
}

const dictOf = (descr: string, shape: string, fortran = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`

test('an array comes back as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(anyHostArray, async (array) => {
      expectSameArray(await decode(await joinChunks(encodeNpy(array))), array)
    }),
  )
})

test('the bytes written are those that numpy.save writes', async () => {
  const array = hostArray('f32', [2, 3], [1, -0, Infinity, 0.1, Number.NaN, 3e38])
  const fromNumpy = bytesFromHex(
    `934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572273a2046616c73652c20
     277368617065273a2028322c2033292c207d202020202020202020202020202020202020202020202020202020202020202020
     202020202020202020202020202020202020202020202020200a0000803f000000800000807fcdcccc3d0000c07fe6b1617f`,
  )
  expect(await joinChunks(encodeNpy(array))).toEqual(fromNumpy)
  expectSameArray(await decode(fromNumpy), array)
})

// The data bytes below are NumPy's.
test.each<[string, string, string, number[], ReturnType<typeof hostArray>['dtype'], number[]]>([
  [
    'big-endian i8',
    dictOf('>i8', '(3,)'),
    '0000000000000001 fffffffffffffffe 0000000040000000',
    [3],
    'i32',
    [1, -2, 2 ** 30],
  ],
  [
    'f2',
    dictOf('<f2', '(6,)'),
    '003c 00c0 ff7b 0100 007c 0080',
    [6],
    'f32',
    [1, -2, 65504, 2 ** -24, Infinity, -0],
  ],
  ['big-endian f4', dictOf('>f4', '(2,)'), '3fc00000 c0000000', [2], 'f32', [1.5, -2]],
  ['f8', dictOf('<f8', '(1, 1)'), '9a9999999999b93f', [1, 1], 'f64', [0.1]],
  ['u1', dictOf('|u1', '(2,)'), '00 ff', [2], 'i32', [0, 255]],
  ['i2', dictOf('<i2', '(2,)'), 'ffff 0100', [2], 'i32', [-1, 1]],
  ['a bool scalar', dictOf('|b1', '()'), '01', [], 'bool', [1]],
  ['an empty array', dictOf('<f8', '(0, 3)'), '', [0, 3], 'f64', []],
  [
    'Fortran order',
    dictOf('<i4', '(2, 3)', 'True'),
    '00000000 03000000 01000000 04000000 02000000 05000000',
    [2, 3],
    'i32',
    [0, 1, 2, 3, 4, 5],
  ],
  ['Python 2 integers', dictOf('<u2', '(1L,)'), '0700', [1], 'i32', [7]],
  [
    'any order of keys and spaces',
    `{"shape":(1,),"fortran_order":False , "descr":'<i4'}`,
    '07000000',
    [1],
    'i32',
    [7],
  ],
])('%s is read', async (_, dict, hex, shape, dtype, values) => {
  for (const version of [1, 2, 3]) {
    expectSameArray(await decode(npyBytes(dict, hex, version)), hostArray(dtype, shape, values))
  }
})

test('Fortran order is the order of the reversed axes', async () => {
  const shapes = fc.array(fc.nat(4), { minLength: 0, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(shapes, async (shape) => {
      const count = shape.reduce((product, size) => product * size, 1)
      const values = Array.from({ length: count }, (_, i) => i)
      const hex = values.map((value) => `${value.toString(16).padStart(4, '0')}`).join('')
      const tuple = `(${shape.map((size) => `${size},`).join('')})`
      const array = await decode(npyBytes(dictOf('>i2', tuple, 'True'), hex))
      // Element [i, j, …] stands at i + shape[0]·(j + shape[1]·(…)).
      array.data.forEach((value, flat) => {
        let left = flat
        const index = shape.map(() => 0)
        for (let axis = shape.length - 1; axis >= 0; axis--) {
          index[axis] = left % shape[axis]!
          left = Math.floor(left / shape[axis]!)
        }
        expect(value).toBe(index.reduceRight((at, i, axis) => at * shape[axis]! + i, 0))
      })
    }),
  )
})

test('a shape whose header passes 65,535 bytes is written as version 2', async () => {
  const array = hostArray(
    'f32',
    Array.from({ length: 30_000 }, () => 1),
    [5],
  )
  const bytes = await joinChunks(encodeNpy(array))
  expect([...bytes.subarray(6, 8)]).toEqual([2, 0])
  expectSameArray(await decode(bytes), array)
})

test('the data starts at a multiple of 64 bytes', () => {
  for (let rank = 0; rank < 60; rank++) {
    const [header] = [
      ...encodeNpy(
        hostArray(
          'f32',
          Array.from({ length: rank }, () => 1),
          [5],
        ),
      ),
    ]
    expect(header!.length % 64).toBe(0)
    expect(header!.at(-1)).toBe(0x0a)
  }
})

describe('a hostile file is refused', () => {
  const problem = async (bytes: Uint8Array) => (await formatErrorOf(decode(bytes))).message
  const whole = npyBytes(dictOf('<f4', '(2,)'), '0000803f 00000040')

  test('when it is cut anywhere', async () => {
    for (let size = 0; size < whole.length; size++) {
      const error = await formatErrorOf(decode(whole.subarray(0, size)))
      expect(error.file).toBe('w.npy')
      expect(error.offset).toBeLessThanOrEqual(size)
    }
  })

  test('when bytes follow the array', async () => {
    expect(await problem(bytesOfParts(whole, '\0'))).toBe(
      `npy "w.npy": shape at byte 60: <f4 [2] takes 8 bytes of data, but 9 follow the header`,
    )
  })

  test('when the magic or the version is another', async () => {
    const bytes = whole.slice()
    bytes[0] = 0x92
    expect(await problem(bytes)).toBe('npy "w.npy": magic at byte 0: does not begin with \\x93NUMPY')
    bytes.set([0x93])
    bytes.set([4, 0], 6)
    expect(await problem(bytes)).toContain(
      'version at byte 6: 4.0 is not read here, expected 1.0, 2.0 or 3.0',
    )
    bytes.set([1, 1], 6)
    expect(await problem(bytes)).toContain('version at byte 6: 1.1 is not read here')
  })

  test('when its header length lies', async () => {
    const bytes = whole.slice()
    bytes.set([0xff, 0xff], 8)
    expect(await problem(bytes)).toContain(
      'header length at byte 8: 65535 is more than the 126 bytes that follow',
    )
    const long = { ...strictSource(bytesFromHex('934e554d50590200 00001100')), size: 2 ** 40 }
    expect((await formatErrorOf(decodeNpy(long))).message).toContain(
      '1114112 is more than the limit of 1048576',
    )
  })

  test('when a bool is neither 0 nor 1, or an integer does not fit', async () => {
    expect(await problem(npyBytes(dictOf('|b1', '(2,)'), '0103'))).toContain(
      'data at byte 129: element 1 is 3, expected a bool: 0 or 1',
    )
    expect(await problem(npyBytes(dictOf('<u4', '(1,)'), 'ffffffff'))).toContain(
      'data at byte 128: element 0 is 4294967295, beyond the i32 range',
    )
  })

  // "^" marks the byte that the message must name; it is not part of the header.
  test.each<[string, string]>([
    ["^[('descr', '<f4')]", 'header at byte @: expected "{", found'],
    ['{^}', 'header at byte @: needs the keys descr, fortran_order and shape'],
    [
      "{'descr': ^[('x', '<f4')], 'fortran_order': False, 'shape': (2,)}",
      'expected a type such as "<f4" (structured types are not read)',
    ],
    [
      "{'descr': ^'<c8', 'fortran_order': False, 'shape': (1,)}",
      'descr at byte @: "<c8" is not a type that samkit reads',
    ],
    [
      "{'descr': ^'|O', 'fortran_order': False, 'shape': (1,)}",
      'descr at byte @: "|O" is not a type that samkit reads',
    ],
    ["{'descr': ^'|f4', 'fortran_order': False, 'shape': (2,)}", 'descr at byte @: "|f4" is not a type'],
    ["{'descr': ^'=f4', 'fortran_order': False, 'shape': (2,)}", 'descr at byte @: "=f4" is not a type'],
    ["{'descr': ^'', 'fortran_order': False, 'shape': (2,)}", 'descr at byte @: "" is not a type'],
    [
      "{'descr': ^'<toString', 'fortran_order': False, 'shape': (2,)}",
      'descr at byte @: "<toString" is not a type',
    ],
    [
      "{'descr': '<f4', 'fortran_order': ^0, 'shape': (2,)}",
      'header at byte @: expected True or False, found "0, ',
    ],
    [
      "{'descr': '<f4', 'fortran_order': ^Falsehood, 'shape': (2,)}",
      'header at byte @: expected True or False',
    ],
    [
      "{'descr': '<f4', 'fortran_order': False, 'shape': ^(2)}",
      'header at byte @: a shape of one axis needs a comma: (3,)',
    ],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': ^[2]}", 'header at byte @: expected "(", found "[2]'],
    [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (^-2,)}",
      'header at byte @: expected a whole number, found "-2,',
    ],
    [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (^2.0,)}",
      'header at byte @: expected a whole number',
    ],
    [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (^99999999999999999,)}",
      'header at byte @: expected a whole number',
    ],
    [
      "{'descr': '<f4', 'fortran_order': False, 'shape': ^(9999999999999999,)}",
      'shape at byte @: <f4 [10000000000000000] takes more than 2^53 bytes',
    ],
    [
      "{'descr': '<f4', 'fortran_order': False, 'shape': ^(67108864, 67108864, 67108864, 0)}",
      'shape at byte @: <f4 [67108864, 67108864, 67108864, 0] takes more than 2^53',
    ],
    [
      "{'descr': '<f4', 'fortran_order': False, 'shape': ^(3,)}",
      'shape at byte @: <f4 [3] takes 12 bytes of data, but 8 follow the header',
    ],
    [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, ^,)}",
      'header at byte @: expected a whole number',
    ],
    ["{'descr': '<f4', 'fortran_order': False, ^'shap': (2,)}", 'header at byte @: unknown key "shap"'],
    ["{'descr': '<f4', ^'descr': '<f4', 'shape': (2,)}", 'header at byte @: the key "descr" occurs twice'],
    [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} ^__import__('os')",
      'header at byte @: expected nothing but spaces after the dict',
    ],
    [
      "{'descr': ^'\\x3cf4', 'fortran_order': False, 'shape': (2,)}",
      'header at byte @: expected a type such as',
    ],
    [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)^",
      'header at byte @: expected "," or "}", found the end',
    ],
  ])('when its dict is %s', async (marked, expected) => {
    // Unpadded but for what the marked place needs: the message names the first byte that is wrong.
    const text = marked.replace('^', '')
    const bytes = bytesOfParts(
      bytesFromHex('93'),
      'NUMPY',
      new Uint8Array([1, 0, text.length, 0]),
      text,
      new Uint8Array(8),
    )
    const at = expected.includes('needs the keys') ? 10 : 10 + marked.indexOf('^')
    expect(await problem(bytes)).toContain(expected.replace('@', String(at)))
  })
})

test('encodeNpy refuses data that does not fit its shape', () => {
  expect(() => encodeNpy({ dtype: 'i32', shape: [3], data: new Int32Array(2) })).toThrow(
    'encodeNpy: array: shape [3] does not fit its 2 elements',
  )
})
