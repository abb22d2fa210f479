import type { Reading } from '../kernels/device-kernel.ts'
import type { Form, Wanted } from './kernel-cache.ts'

/** What a kernel is handed, and how it lies there. */
export interface Argument {
  readonly form: Form
  readonly value: unknown
}

/** A value between the kernels of a run. */
export interface DeviceValue {
  /** What a kernel that reads it so is handed. */
  argument(reading: Reading): Argument
  /** Its elements on the host. */
  array(): Float32Array
  delete(): void
}

/** A texture of gpu.js: a number in each place, or a vector of four. */
export interface Texture {
  readonly type: string
  readonly output: readonly number[]
  toArray(): Float32Array
  /** All places, those too that nothing belongs to. */
  renderValues(): Float32Array
  delete(): void
}

/** Launches a kernel. */
export type Launch = (wanted: Omit<Wanted, 'forms'>, args: readonly Argument[]) => Texture

/** What is known of a value: one of these at least. */
export interface Known {
  /** On the host, as gpu.js takes it. */
  data?: object
  numbers?: Texture
  packed?: Texture
}

const copy = 'function (a) {\n  return a[this.thread.x];\n}'
const elements = [0, 1, 2, 3].map((i) => `a[p * 4 + ${i}]`).join(', ')
const pack = `function (a) {\n  const p = this.thread.x;\n  return [${elements}];\n}`

/** Reading numbers from a texture takes four times their size; from here on packing them first is faster. */
const large = 4096

/** A value on a WebGL device, in the forms that were asked for so far: a number in each place of a texture, or four. */
export class TextureValue implements DeviceValue {
  private readonly launch: Launch
  private readonly size: number
  private readonly known: Known

  constructor(launch: Launch, size: number, known: Known) {
    this.launch = launch
    this.size = size
    this.known = known
  }

  argument(reading: Reading): Argument {
    const { numbers, packed } = this.known
    if (reading === 'vectors') return { form: 'vectors', value: this.packed() }
    if (reading === 'numbers' && numbers === undefined && packed !== undefined) return this.any()
    return { form: 'numbers', value: this.numbers() }
  }

  array(): Float32Array {
    const isPacked = this.known.packed !== undefined || (this.size % 4 === 0 && this.size >= large)
    if (!isPacked) return this.numbers().toArray()
    const values = this.packed().renderValues()
    return values.length === this.size ? values : values.slice(0, this.size)
  }

  delete(): void {
    this.known.numbers?.delete()
    this.known.packed?.delete()
  }

  private numbers(): Texture {
    this.known.numbers ??= this.launch(this.converted(copy, this.size), [this.any()])
    return this.known.numbers
  }

  private packed(): Texture {
    this.known.packed ??= this.launch(this.converted(pack, this.size / 4), [this.any()])
    return this.known.packed
  }

  private converted(source: string, threads: number): Omit<Wanted, 'forms'> {
    return { source, grid: [threads], inputSizes: [this.size] }
  }

  /** Whatever there is, to be read number by number. */
  private any(): Argument {
    const { data, numbers, packed } = this.known
    if (numbers !== undefined) return { form: 'numbers', value: numbers }
    if (packed !== undefined) return { form: 'packed', value: byNumbers(packed, this.size) }
    return { form: 'data', value: data }
  }
}

/** A texture of vectors as one that kernels read by numbers: those that gpu.js packs itself lie just so. */
function byNumbers(packed: Texture, size: number): Texture {
  const view: unknown = Object.create(Object.getPrototypeOf(packed))
  return Object.assign(view as Texture, packed, { type: 'MemoryOptimizedNumberTexture', output: [size] })
}
