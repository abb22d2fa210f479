import { OpError, type Tensor } from '@samkit/core'
import { leafOf } from '@samkit/core/testing'
import { type Leaf, opNamed, type Program } from '../program/program.ts'
import { Sketch, type Value } from '../program/sketch.ts'

/** A value of a growing program, with the tensor that knows its shape. */
export interface Grown {
  readonly value: Value
  readonly tensor: Tensor
}

/** Values beyond this size are not grown. */
const mostElements = 300

/** A program that grows step by step, each checked by the shape rules as it comes. */
export class Growth {
  private readonly sketch = new Sketch()
  private readonly unread = new Set<Value>()
  readonly values: Grown[] = []

  /** A leaf. */
  leaf(leaf: Leaf): Grown {
    const value = this.sketch.leaf(leaf)
    return this.keep({ value, tensor: leafOf(leaf) })
  }

  /**
   * One primitive on values of this program.
   *
   * @throws OpError where they do not fit, or the result would be large.
   */
  step(primitive: string, inputs: readonly Grown[], attrs: object = {}): Grown {
    const tensor = opNamed(primitive)(
      inputs.map((input) => input.tensor),
      attrs,
    )
    if (tensor.size > mostElements) throw new OpError(primitive, 'the result would be large')
    const value = this.sketch.step(
      primitive,
      inputs.map((input) => input.value),
      attrs,
    )
    for (const input of inputs) this.unread.delete(input.value)
    this.unread.add(value)
    return { value, tensor }
  }

  /** Makes a value one that later steps may read. */
  keep(grown: Grown): Grown {
    this.values.push(grown)
    return grown
  }

  /** The program that gives every result that no step reads. */
  program(): Program {
    return this.sketch.program([...this.unread])
  }
}
