import { describe, expect, test } from 'vitest'
import {
  bytesFromHex,
  expectSameArray,
  formatErrorOf,
  hostArray,
  safetensorsBytes,
  strictSource,
} from './io.testing.ts'
import { openSafetensors } from './open-safetensors.ts'

const open = (bytes: Uint8Array) => openSafetensors(strictSource(bytes, 'model.safetensors'))
const openHeader = (header: string | Uint8Array, dataSize = 0) =>
  open(safetensorsBytes(header, new Uint8Array(dataSize)))

/** The message about a file with this header, less the part that all of them begin with. */
async function problem(header: string | Uint8Array, dataSize = 0): Promise<string> {
  const { message } = await formatErrorOf(openHeader(header, dataSize))
  const start = 'safetensors "model.safetensors": '
  expect(message.startsWith(start)).toBe(true)
  return message.slice(start.length)
}

test('a file written out byte by byte is read', async () => {
  const bytes = bytesFromHex(
    // {"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"n":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}
    `7800000000000000
     7b2277223a7b226474797065223a22463332222c227368617065223a5b325d2c22646174615f6f666673657473223a5b302c385d7d2c
     226e223a7b226474797065223a22493634222c227368617065223a5b5d2c22646174615f6f666673657473223a5b382c31365d7d7d
     20202020202020202020202020
     0000c03f 000000c0 0700000000000000`,
  )
  const file = await open(bytes)
  expect([...file.entries]).toEqual([
    ['w', { dtype: 'f32', shape: [2], storedAs: 'F32' }],
    ['n', { dtype: 'i32', shape: [], storedAs: 'I64' }],
  ])
  expect(file.metadata.size).toBe(0)
  const arrays = await file.readAll()
  expectSameArray(arrays.get('w'), hostArray('f32', [2], [1.5, -2]))
  expectSameArray(arrays.get('n'), hostArray('i32', [], [7]))
})

test('what the reference implementation writes is read', async () => {
  // safetensors for Python: a = int64 [0, 1, 2], h = float16 [1, 2.5], u = uint8 [[255]], s = True.
  const file = await open(
    bytesFromHex(
      `f8000000000000007b225f5f6d657461646174615f5f223a7b2278223a2279227d2c2261223a7b226474797065223a224936
       34222c227368617065223a5b335d2c22646174615f6f666673657473223a5b302c32345d7d2c2268223a7b22647479706522
       3a22463136222c227368617065223a5b325d2c22646174615f6f666673657473223a5b32342c32385d7d2c2275223a7b2264
       74797065223a225538222c227368617065223a5b312c315d2c22646174615f6f666673657473223a5b32382c32395d7d2c22
       73223a7b226474797065223a22424f4f4c222c227368617065223a5b5d2c22646174615f6f666673657473223a5b32392c33
       305d7d7d2020000000000000000001000000000000000200000000000000003c0041ff01`,
    ),
  )
  const arrays = await file.readAll()
  expectSameArray(arrays.get('a'), hostArray('i32', [3], [0, 1, 2]))
  expectSameArray(arrays.get('h'), hostArray('f32', [2], [1, 2.5]))
  expectSameArray(arrays.get('u'), hostArray('i32', [1, 1], [255]))
  expectSameArray(arrays.get('s'), hostArray('bool', [], [1]))
  expect([...file.metadata]).toEqual([['x', 'y']])
})

test('data that is not aligned to its elements is read', async () => {
  const file = await openHeader(
    '{"b":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]},"f":{"dtype":"F64","shape":[1],"data_offsets":[1,9]}}',
    9,
  )
  expectSameArray(await file.read('f'), hostArray('f64', [1], [0]))
})

test('__metadata__ is a map of strings and not a tensor', async () => {
  const file = await openHeader('{"__metadata__":{"format":"pt","__proto__":"x"}}  ')
  expect([...file.metadata]).toEqual([
    ['format', 'pt'],
    ['__proto__', 'x'],
  ])
  expect(file.entries.size).toBe(0)
})

test('a tensor may be called __proto__', async () => {
  const file = await openHeader('{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1)
  expectSameArray((await file.readAll()).get('__proto__'), hostArray('i32', [1], [0]))
})

test('opening reads the header only, and a tensor only its own bytes', async () => {
  const header =
    '{"a":{"dtype":"F32","shape":[1000],"data_offsets":[0,4000]},"b":{"dtype":"F16","shape":[2],"data_offsets":[4000,4004]}}'
  const source = strictSource(safetensorsBytes(header, new Uint8Array(4004)))
  const ranges: [number, number][] = []
  const file = await openSafetensors({
    ...source,
    async read(offset, target) {
      ranges.push([offset, target.length])
      await source.read(offset, target)
    },
  })
  await file.read('b')
  expect(ranges).toEqual([
    [0, 8],
    [8, header.length],
    [8 + header.length + 4000, 4],
  ])
})

test('asking for a tensor that is not there lists those that are', async () => {
  const file = await openHeader('{"fc.weight":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}')
  await expect(file.read('fc.bias')).rejects.toThrow(
    'safetensors "model.safetensors": no array named "fc.bias": it holds "fc.weight"',
  )
})

describe('a hostile file is refused', () => {
  test.each([0, 1, 7])('with %i bytes', async (size) => {
    const error = await formatErrorOf(open(new Uint8Array(size)))
    expect(error).toMatchObject({ file: 'model.safetensors', field: 'header length', offset: 0 })
  })

  test.each([
    ['0100000000000000', '1 is more than the 0 bytes that follow'],
    ['ffffffffffffffff', '18446744073709552000 is more than the 0 bytes that follow'],
    ['0000000000000080 7b7d', '9223372036854776000 is more than the 2 bytes that follow'],
  ])('when its header length lies: %s', async (hex, expected) => {
    expect((await formatErrorOf(open(bytesFromHex(hex)))).message).toContain(`at byte 0: ${expected}`)
  })

  test('when its header is longer than the format allows, before reading it', async () => {
    const prefix = bytesFromHex('01e1f50500000000')
    const source = { ...strictSource(prefix), size: 2 ** 40 }
    const error = await formatErrorOf(openSafetensors(source))
    expect(error.message).toContain('100000001 is more than the limit of 100000000')
  })

  // "^" marks the byte that the message must name; it is not part of the header.
  const expectProblem = async (marked: string, dataSize: number, field: string, text: string) => {
    const at = 8 + marked.indexOf('^')
    expect(await problem(marked.replace('^', ''), dataSize)).toContain(`${field} at byte ${at}: ${text}`)
  }

  test.each<[string, number, string, string]>([
    ['^', 0, 'header', 'the header must begin with "{"'],
    ['^ {}', 0, 'header', 'the header must begin with "{"'],
    ['^[]', 0, 'header', 'the header must begin with "{"'],
    ['{^', 0, 'header', 'expected a string, found the end'],
    ['{}^x', 0, 'header', 'expected nothing but spaces after the JSON object, found "x"'],
    ['^{}', 4, 'header', 'the tensors cover 0 bytes of data, but the file has 4'],
    ['{"a":^1}', 0, 'tensor "a"', 'expected "{", found "1}"'],
    ['{^"a":{}}', 0, 'tensor "a"', 'has no "dtype"'],
    ['{^"a":{"dtype":"U8"}}', 0, 'tensor "a"', 'has no "shape"'],
    ['{^"a":{"dtype":"U8","shape":[0]}}', 0, 'tensor "a"', 'has no "data_offsets"'],
    ['{"a":{^"dtype":"F8"}}', 0, 'tensor "a" dtype', '"F8" is not a dtype that samkit reads'],
    ['{"a":{^"dtype":"toString"}}', 0, 'tensor "a" dtype', '"toString" is not a dtype'],
    ['{"a":{"dtype":"U8",^"x":1}}', 0, 'tensor "a"', 'unknown key "x"'],
    ['{"a":{"dtype":"U8",^"dtype":"F32"}}', 0, 'tensor "a"', 'the key "dtype" occurs twice'],
    ['{"a":{"shape":[^-1]}}', 0, 'tensor "a"', 'expected a whole number from 0 to 2^53 - 1, found "-1]}}"'],
    ['{"a":{"shape":[^1.0]}}', 0, 'tensor "a"', 'expected a whole number'],
    ['{"a":{"shape":[^9007199254740992]}}', 0, 'tensor "a"', 'expected a whole number'],
    ['{"__metadata__":{"a":^1}}', 0, '__metadata__', 'expected a string, found "1}}"'],
    ['{"__metadata__":{"a":"",^"a":""}}', 0, '__metadata__', 'the key "a" occurs twice'],
    ['{"__metadata__":{},^"__metadata__":{}}', 0, 'header', 'the key "__metadata__" occurs twice'],
  ])('when its header is %s', expectProblem)

  const tensor = (name: string, shape: string, offsets: string) =>
    `"${name}":{"dtype":"F32",${shape},${offsets}}`

  test.each<[string, string, number, string, string]>([
    [
      'past the end',
      `{${tensor('w', '"shape":[1024]', '^"data_offsets":[0,4096]')}}`,
      1024,
      'tensor "w" data_offsets',
      "[0, 4096] counted from byte 68 ends past the file's 1092 bytes",
    ],
    [
      'backwards',
      `{${tensor('w', '"shape":[1]', '^"data_offsets":[4,0]')}}`,
      4,
      'tensor "w" data_offsets',
      '[4, 0] ends before it begins',
    ],
    [
      'of one number',
      `{${tensor('w', '"shape":[1]', '^"data_offsets":[4]')}}`,
      4,
      'tensor "w" data_offsets',
      'expected [begin, end], found 1 numbers',
    ],
    [
      'of another size',
      `{${tensor('w', '^"shape":[2,1]', '"data_offsets":[0,4]')}}`,
      4,
      'tensor "w" shape',
      'F32 [2, 1] takes 8 bytes, but data_offsets [0, 4] give it 4',
    ],
    [
      'of an overflowing shape',
      `{${tensor('w', '^"shape":[4294967296,4294967296]', '"data_offsets":[0,0]')}}`,
      0,
      'tensor "w" shape',
      'F32 [4294967296, 4294967296] takes more than 2^53 bytes, but',
    ],
    [
      'of an overflowing empty shape',
      `{${tensor('w', '^"shape":[4294967296,0,4294967296]', '"data_offsets":[0,0]')}}`,
      0,
      'tensor "w" shape',
      'F32 [4294967296, 0, 4294967296] takes more than 2^53 bytes, but',
    ],
    [
      'overlapping',
      `{${tensor('a', '"shape":[2]', '"data_offsets":[0,8]')},${tensor('b', '"shape":[2]', '^"data_offsets":[4,12]')}}`,
      12,
      'tensor "b" data_offsets',
      '[4, 12] overlaps the tensor before it, which ends at 8',
    ],
    [
      'the same twice',
      `{${tensor('a', '"shape":[2]', '"data_offsets":[0,8]')},${tensor('b', '"shape":[2]', '^"data_offsets":[0,8]')}}`,
      8,
      'tensor "b" data_offsets',
      '[0, 8] overlaps the tensor before it, which ends at 8',
    ],
    [
      'with a gap',
      `{${tensor('a', '"shape":[1]', '"data_offsets":[0,4]')},${tensor('b', '"shape":[1]', '^"data_offsets":[8,12]')}}`,
      12,
      'tensor "b" data_offsets',
      '[8, 12] leaves a gap after the data at 4',
    ],
    [
      'with a gap at the start',
      `{${tensor('w', '"shape":[1]', '^"data_offsets":[4,8]')}}`,
      8,
      'tensor "w" data_offsets',
      '[4, 8] leaves a gap after the data at 0',
    ],
    [
      'with bytes left over',
      `^{${tensor('w', '"shape":[1]', '"data_offsets":[0,4]')}}`,
      8,
      'header',
      'the tensors cover 4 bytes of data, but the file has 8',
    ],
    [
      'of one name',
      `{${tensor('a', '"shape":[1]', '"data_offsets":[0,4]')},^${tensor('a', '"shape":[1]', '"data_offsets":[4,8]')}}`,
      8,
      'header',
      'the key "a" occurs twice',
    ],
  ])('when its data ranges are %s', (_, marked, dataSize, field, text) =>
    expectProblem(marked, dataSize, field, text),
  )

  test('when a name is not UTF-8', async () => {
    const header = new TextEncoder().encode(`{${tensor('a', '"shape":[1]', '"data_offsets":[0,4]')}}`)
    header[2] = 0xff
    expect(await problem(header, 4)).toContain('header at byte 10: not valid UTF-8')
  })

  test('when one value in it does not convert, naming tensor and element', async () => {
    const file = await open(
      safetensorsBytes(
        '{"bn.num_batches_tracked":{"dtype":"I64","shape":[2],"data_offsets":[0,16]}}',
        bytesFromHex('0100000000000000 0000000001000000'),
      ),
    )
    expect((await formatErrorOf(file.read('bn.num_batches_tracked'))).message).toBe(
      'safetensors "model.safetensors": tensor "bn.num_batches_tracked" at byte 92: ' +
        'element 1 is 4294967296, beyond the i32 range [-2147483648, 2147483647]',
    )
  })

  test('with a message that shows no control characters and stays short', async () => {
    const name = `${'\\u001b[2J\u009b'}${'x'.repeat(5000)}`
    const message = await problem(`{"${name}":1}`)
    expect(message).toMatch(/^tensor "\\u001b\[2J\\u\{9b\}x+…" at byte/)
    expect(message.length).toBeLessThan(200)
  })
})

test('a header of twenty thousand tensors opens in good time', async () => {
  const members = Array.from(
    { length: 20_000 },
    (_, i) => `"t${i}":{"dtype":"U8","shape":[1],"data_offsets":[${i},${i + 1}]}`,
  )
  const file = await openHeader(`{${members.join(',')}}`, 20_000)
  expect(file.entries.size).toBe(20_000)
})
