import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { flattenTree, mapTree, Tensor, tensor, treeLeaves, unflattenTree, zipTrees } from '../index.ts'

const leafOf = (value: number): Tensor => tensor(value)

/** Any tree: nested objects and arrays of tensors and of what may stand beside them. */
const { tree: anyTree } = fc.letrec<{ tree: unknown; branch: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.integer({ min: -9, max: 9 }).map(leafOf),
    fc.constantFrom(null, undefined, 0, 2.5, 'name', '', true),
    tie('branch'),
  ),
  branch: fc.oneof(
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom('w', 'b', 'layers', '0', '', 'a.b', '__proto__', 'constructor', 'toString'),
      tie('tree'),
      {
        maxKeys: 3,
      },
    ),
  ),
}))

const properties = { numRuns: 200 }

describe('laws', () => {
  test('mapping by the identity gives an equal tree of the same tensors', () => {
    fc.assert(
      fc.property(anyTree, (tree) => {
        const same = mapTree(tree, (leaf) => leaf)
        expect(same).toEqual(tree)
        expect(treeLeaves(same).map(({ tensor: t }) => t)).toEqual(treeLeaves(tree).map(({ tensor: t }) => t))
      }),
      properties,
    )
  })

  test('mapping twice is mapping once by both', () => {
    const f = (leaf: Tensor): Tensor => leaf.add(1)
    const g = (leaf: Tensor, path: string): string =>
      `${path}: ${leaf.shape.length} axes, ${leaf.node.primitive.name}`
    fc.assert(
      fc.property(anyTree, (tree) => {
        expect(mapTree(mapTree(tree, f), g)).toEqual(mapTree(tree, (leaf, path) => g(f(leaf), path)))
      }),
      properties,
    )
  })

  test('flattening and unflattening give the tree back', () => {
    fc.assert(
      fc.property(anyTree, (tree) => {
        const { leaves, structure } = flattenTree(tree)
        expect(unflattenTree(structure, leaves)).toEqual(tree)
        expect(structure.paths).toEqual(treeLeaves(tree).map(({ path }) => path))
      }),
      properties,
    )
  })

  test('zipping a tree with itself gives each tensor twice, in the order of the leaves', () => {
    fc.assert(
      fc.property(anyTree, (tree) => {
        const seen: string[] = []
        const rebuilt: unknown = zipTrees(tree, tree as never, (a: Tensor, b: Tensor, path: string) => {
          expect(a).toBe(b)
          seen.push(path)
          return a
        })
        expect(rebuilt).toEqual(tree)
        expect(seen).toEqual(treeLeaves(tree).map(({ path }) => path))
      }),
      properties,
    )
  })

  test('no tree is changed by any of it', () => {
    const frozen = Object.freeze({ layers: Object.freeze([Object.freeze({ w: leafOf(1) })]), rate: 0.1 })
    mapTree(frozen, (leaf) => leaf.neg())
    const { leaves, structure } = flattenTree(frozen)
    expect(unflattenTree(structure, leaves)).toEqual(frozen)
  })
})

const params = {
  layers: [
    { weight: leafOf(1), bias: leafOf(2) },
    { weight: leafOf(3), bias: null },
  ],
  head: { scale: leafOf(4), steps: 7, name: 'cls', frozen: false },
}

test('paths name each tensor as one would write it, depth first, in the order of the keys', () => {
  expect(treeLeaves(params).map(({ path }) => path)).toEqual([
    'layers.0.weight',
    'layers.0.bias',
    'layers.1.weight',
    'head.scale',
  ])
  expect(treeLeaves(leafOf(1)).map(({ path }) => path)).toEqual([''])
})

test('mapTree hands on what is no tensor', () => {
  expect(mapTree(params, (_, path) => path)).toEqual({
    layers: [
      { weight: 'layers.0.weight', bias: 'layers.0.bias' },
      { weight: 'layers.1.weight', bias: null },
    ],
    head: { scale: 'head.scale', steps: 7, name: 'cls', frozen: false },
  })
})

test('trees without tensors, and empty ones, are trees', () => {
  for (const tree of [{}, [], null, undefined, 3, 'x', { a: [{}], b: null }]) {
    expect(treeLeaves(tree)).toEqual([])
    expect(mapTree(tree, (leaf) => leaf)).toEqual(tree)
    expect(flattenTree(tree).leaves).toEqual([])
  }
})

test('unflattenTree needs as many tensors as there are places', () => {
  const { leaves, structure } = flattenTree(params)
  expect(() => unflattenTree(structure, leaves.slice(1))).toThrow('tree: 3 tensors do not fill a tree of 4')
  expect(() => unflattenTree(structure, [...leaves, leafOf(5)])).toThrow(
    'tree: 5 tensors do not fill a tree of 4',
  )
})

test('unflattenTree puts other tensors in the same places', () => {
  const { leaves, structure } = flattenTree(params)
  const reversed = unflattenTree(structure, leaves.toReversed())
  expect(reversed.head.scale).toBe(params.layers[0]?.weight)
  expect(reversed.head.steps).toBe(7)
})

describe('zipTrees', () => {
  const join = (a: Tensor, b: Tensor): Tensor => a.add(b)

  test('takes what is no tensor from the first tree', () => {
    const zipped = zipTrees({ w: leafOf(1), step: 3 }, { w: leafOf(2), step: 99 } as never, join)
    expect(zipped.step).toBe(3)
  })

  test('does not mind the order of keys', async () => {
    const { a, b } = zipTrees({ a: leafOf(1), b: leafOf(2) }, { b: leafOf(20), a: leafOf(10) }, join)
    expect([await a.item(), await b.item()]).toEqual([11, 22])
  })

  test('names the path that only one tree has', () => {
    const whole = { layers: [{ w: leafOf(1) }, { w: leafOf(2) }], b: null as Tensor | null }
    for (const [other, message] of [
      [
        { layers: [{ w: leafOf(1) }], b: null },
        "the first tree has a tensor at 'layers.1.w', the second tree has none there",
      ],
      [{ layers: [{ w: leafOf(1) }, { w: null }], b: null }, "the first tree has a tensor at 'layers.1.w'"],
      [{ ...whole, b: leafOf(3) }, "the second tree has a tensor at 'b', the first tree has none there"],
      [
        { ...whole, more: { x: leafOf(3) } },
        "the second tree has a tensor at 'more.x', the first tree has none there",
      ],
      [
        { layers: leafOf(1), b: null },
        "the second tree has a tensor at 'layers', the first tree has none there",
      ],
      [leafOf(1), 'the second tree has a tensor at the root'],
      [null, "the first tree has a tensor at 'layers.0.w'"],
    ] as const) {
      expect(() => zipTrees(whole, other as never, join)).toThrow(`tree: ${message}`)
    }
  })

  test('tells a dot in a key from a step down', () => {
    expect(() => zipTrees({ 'a.b': leafOf(1) } as object, { a: { b: leafOf(1) } } as never, join)).toThrow(
      "the first tree has a tensor at 'a.b', the second tree has none there",
    )
  })
})

describe('strangers', () => {
  class Model {
    readonly w = leafOf(1)
  }

  test('are refused by their path: class instances, functions, typed arrays, big integers', () => {
    for (const [stranger, kind] of [
      [new Model(), 'Model'],
      [new Map(), 'Map'],
      [new Date(0), 'Date'],
      [new Float32Array(2), 'Float32Array'],
      [() => 0, 'function'],
      [1n, 'bigint'],
      [Symbol('s'), 'symbol'],
      [Promise.resolve(), 'Promise'],
    ] as const) {
      const message = `tree: 'layers.0' is a ${kind}; trees are made of tensors, plain objects and arrays`
      expect(() => mapTree({ layers: [stranger] }, (leaf) => leaf)).toThrow(message)
      expect(() => treeLeaves({ layers: [stranger] })).toThrow(message)
      expect(() => zipTrees({ layers: [stranger] } as object, {} as never, (a: Tensor) => a)).toThrow(message)
    }
    expect(() => treeLeaves(new Model())).toThrow('the root is a Model')
  })

  test('without a constructor are refused too', () => {
    expect(() => treeLeaves([Object.create(Object.create(null))])).toThrow("'0' is a class instance")
  })

  test('a tree that contains itself is refused rather than walked for ever', () => {
    const loop: { inner?: unknown } = {}
    loop.inner = { again: loop }
    expect(() => treeLeaves(loop)).toThrow(/tree: nests deeper than 1000 levels .* does it contain itself\?/)
    expect(() => zipTrees(loop, loop as never, (a: Tensor) => a)).toThrow('does it contain itself?')
  })
})

describe('objects of unusual make', () => {
  test('an object without a prototype is a branch', () => {
    const bare: { readonly w: Tensor } = Object.assign(Object.create(null), { w: leafOf(1) })
    expect(treeLeaves(bare).map(({ path }) => path)).toEqual(['w'])
    expect(mapTree(bare, (_, path) => path).w).toBe('w')
  })

  test('a key called __proto__ is a key: nothing inherits from it', () => {
    const tree: unknown = JSON.parse('{ "__proto__": { "polluted": true }, "w": 1 }', (_, v: unknown) =>
      v === 1 ? leafOf(1) : v,
    )
    const mapped = mapTree(tree, (leaf) => leaf) as object
    expect(Object.keys(mapped)).toEqual(['__proto__', 'w'])
    expect(Object.getPrototypeOf(mapped)).toBe(Object.prototype)
    expect('polluted' in mapped).toBe(false)
    expect('polluted' in {}).toBe(false)
  })

  test('inherited and symbol keys are not part of a tree', () => {
    expect(treeLeaves({ [Symbol('hidden')]: leafOf(1) })).toEqual([])
    expect(zipTrees({ w: leafOf(1) }, { w: leafOf(2) }, (_, b) => b).w).toBeInstanceOf(Tensor)
    expect(() => zipTrees({ toString: leafOf(1) } as object, {} as never, (a: Tensor) => a)).toThrow(
      "the first tree has a tensor at 'toString'",
    )
  })
})
