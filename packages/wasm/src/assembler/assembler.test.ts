import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assembled } from './assembled.testing.ts'
import { f32, f32x4, i32, i32x4, select, v128 } from './index.ts'

describe('a function', () => {
  test('computes with its parameters', () => {
    const { run } = assembled((module) => {
      module.export(
        'run',
        module.function('run', ['i32', 'i32'], 'i32', (_, a, b) => i32.sub(i32.mul(a, 3), b)),
      )
    })
    fc.assert(fc.property(fc.integer(), fc.integer(), (a, b) => run(a, b) === ((Math.imul(a, 3) - b) | 0)))
  })

  test('keeps constants of any size', () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        const { run } = assembled((module) => {
          module.export(
            'run',
            module.function('run', [], 'i32', () => i32.const(value)),
          )
        })
        expect(run()).toBe(value)
      }),
    )
  })

  test('loops from a first number up to a last one', () => {
    const { run } = assembled((module) => {
      const sum = module.function('sum', ['i32', 'i32', 'i32'], 'i32', (code, from, to, step) => {
        const [i, total] = [code.local('i32'), code.local('i32')]
        code.for(i, { from, to, step }, () => code.increase(total, i))
        return total
      })
      module.export('run', sum)
    })
    expect(run(0, 10, 1)).toBe(45)
    expect(run(1, 10, 4)).toBe(1 + 5 + 9)
    expect(run(3, 3, 1)).toBe(0)
  })

  test('branches, also out of nested loops', () => {
    const { run } = assembled((module) => {
      const collatz = module.function('collatz', ['i32'], 'i32', (code, n) => {
        const steps = code.local('i32')
        code.while(
          () => i32.ne(n, 1),
          () => {
            code.if(
              i32.and(n, 1),
              () => code.set(n, i32.add(i32.mul(n, 3), 1)),
              () => code.set(n, i32.shrU(n, 1)),
            )
            code.increase(steps, 1)
          },
        )
        return steps
      })
      module.export('run', collatz)
    })
    expect(run(27)).toBe(111)
    expect(run(1)).toBe(0)
  })

  test('calls others, directly and through the table', () => {
    const { run, memory } = assembled((module) => {
      const put = module.function('put', ['i32', 'i32'], null, (code, at, value) =>
        code.run(i32.store(at, value)),
      )
      const twice = module.function('twice', ['i32', 'i32'], null, (code, at, value) => {
        code.run(module.call(put, at, i32.mul(value, 2)))
      })
      const places = [put, twice].map((f) => module.tabulate(f))
      expect(places).toEqual([0, 1])
      module.export(
        'run',
        module.function('run', ['i32', 'i32'], null, (code, place, value) => {
          code.run(module.callIndirect(['i32', 'i32'], place, 64, value))
        }),
      )
    })
    run(0, 21)
    expect(new Int32Array(memory.buffer)[16]).toBe(21)
    run(1, 21)
    expect(new Int32Array(memory.buffer)[16]).toBe(42)
  })
})

describe('vectors', () => {
  test('add four floats at a time', () => {
    const { run, memory } = assembled((module) => {
      module.export(
        'run',
        module.function('run', ['i32'], null, (code, at) => {
          code.run(v128.store(at, f32x4.add(v128.load(at), f32x4.const(0.5)), 16))
        }),
      )
    })
    const floats = new Float32Array(memory.buffer, 128, 8)
    floats.set([1, 2, 3, 4])
    run(128)
    expect([...floats.subarray(4)]).toEqual([1.5, 2.5, 3.5, 4.5])
  })

  test('select by a comparison, and give single lanes', () => {
    const { run } = assembled((module) => {
      module.export(
        'run',
        module.function('run', ['f32', 'f32'], 'f32', (code, a, b) => {
          const [x, y] = [code.let(f32x4.splat(a)), code.let(f32x4.splat(b))]
          return f32x4.extract(v128.bitselect(x, y, f32x4.gt(x, y)), 2)
        }),
      )
    })
    expect(run(2, 3)).toBe(3)
    expect(run(5, 3)).toBe(5)
  })

  test('hold whole numbers too', () => {
    const { run } = assembled((module) => {
      module.export(
        'run',
        module.function('run', ['i32'], 'i32', (_, a) =>
          i32x4.extract(i32x4.shrS(i32x4.add(i32x4.splat(a), i32x4.const([1, 2, 3, 4])), 1), 3),
        ),
      )
    })
    expect(run(-20)).toBe(-8)
  })
})

test('numbers from Math can be called', () => {
  const { run } = assembled((module) => {
    module.export(
      'run',
      module.function('run', ['f64'], 'f64', (_, x) => module.math('pow', module.math('exp', x), x)),
    )
  })
  expect(run(1.5)).toBe(Math.exp(1.5) ** 1.5)
})

test('select takes the first where the condition holds', () => {
  const { run } = assembled((module) => {
    module.export(
      'run',
      module.function('run', ['f32'], 'f32', (_, x) => select(f32.lt(x, f32.const(0)), f32.neg(x), x)),
    )
  })
  expect(run(-2.5)).toBe(2.5)
  expect(run(2.5)).toBe(2.5)
})
