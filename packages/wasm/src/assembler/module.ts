import { Bytes } from './bytes.ts'
import { Code, type Local } from './code.ts'
import { type Effect, type Int, int, typeCode, type Value, type ValueType } from './value.ts'

/** A function of a module, to be called or put into the table. */
export interface FunctionRef {
  readonly index: number
  readonly name: string
  readonly parameters: readonly ValueType[]
  readonly result: ValueType | null
}

/** The parameters of a function in the making, by position. */
type Parameters<P extends readonly ValueType[]> = { readonly [K in keyof P]: Local<P[K]> }

/** What a module's one memory is. */
export interface MemoryType {
  /** Shared between threads: imported by all of them. */
  readonly shared: boolean
  /** The most 64 KiB pages it may grow to. */
  readonly maxPages: number
}

/** Functions of one number from `Math` that modules import, as `math.exp` and so on; all in f64. `erf` is samkit's own. */
export const mathFunctions = ['exp', 'log', 'log1p', 'expm1', 'sin', 'cos', 'tanh', 'erf', 'pow'] as const

/** A function of {@link mathFunctions}. */
export type MathFunction = (typeof mathFunctions)[number]

/** A WebAssembly module in the making. Its memory is imported as `samkit.memory`. */
export class ModuleBuilder {
  private readonly memory: MemoryType
  private readonly types = new Map<string, { readonly index: number; readonly bytes: Bytes }>()
  private readonly importCount = mathFunctions.length
  private readonly bodies: (Bytes | null)[] = []
  private readonly signatures: number[] = []
  private readonly exported: { readonly name: string; readonly index: number }[] = []
  private readonly table: number[] = []
  private readonly made = new Map<string, FunctionRef>()

  constructor(memory: MemoryType) {
    this.memory = memory
  }

  private typeIndex(parameters: readonly ValueType[], result: ValueType | null): number {
    const key = `${parameters.join()}>${result}`
    const known = this.types.get(key)
    if (known !== undefined) return known.index
    const bytes = new Bytes()
    bytes.byte(0x60)
    bytes.unsigned(parameters.length)
    bytes.byte(...parameters.map((type) => typeCode[type]))
    bytes.unsigned(result === null ? 0 : 1)
    if (result !== null) bytes.byte(typeCode[result])
    const index = this.types.size
    this.types.set(key, { index, bytes })
    return index
  }

  /**
   * Adds a function. `body` writes it, and gives the value it ends with where there is a result.
   */
  function<const P extends readonly ValueType[], R extends ValueType | null>(
    name: string,
    parameters: P,
    result: R,
    body: (code: Code, ...parameters: Parameters<P>) => R extends ValueType ? Value<R> : void,
  ): FunctionRef {
    const slot = this.bodies.length
    this.bodies.push(null)
    this.signatures.push(this.typeIndex(parameters, result))
    const code = new Code(parameters)
    const locals = parameters.map((type, i) => code.parameter(i, type))
    const value = body(code, ...(locals as readonly Local[] as Parameters<P>))
    this.bodies[slot] = code.finish((value ?? undefined) as Value | undefined)
    return { index: this.importCount + slot, name, parameters, result }
  }

  /** The function made under this key, or a new one: equal kernels are made once. */
  once(key: string, make: () => FunctionRef): FunctionRef {
    const known = this.made.get(key)
    if (known !== undefined) return known
    const made = make()
    this.made.set(key, made)
    return made
  }

  /** A call for what it does. */
  call(callee: FunctionRef, ...args: readonly Int[] | readonly Value[]): Effect {
    return {
      emit: (out) => {
        for (const arg of args) (typeof arg === 'number' ? int(arg) : arg).emit(out)
        out.byte(0x10)
        out.unsigned(callee.index)
      },
    }
  }

  /** A call for its result. */
  callFor<T extends ValueType>(type: T, callee: FunctionRef, ...args: readonly Value[]): Value<T> {
    return { type, emit: (out) => this.call(callee, ...args).emit(out) }
  }

  /** An imported function of {@link mathFunctions}, in f64. */
  math(name: MathFunction, ...args: readonly Value<'f64'>[]): Value<'f64'> {
    return {
      type: 'f64',
      emit: (out) => {
        for (const arg of args) arg.emit(out)
        out.byte(0x10)
        out.unsigned(mathFunctions.indexOf(name))
      },
    }
  }

  /** Puts a function into the table, and gives its place there. */
  tabulate(callee: FunctionRef): number {
    const place = this.table.indexOf(callee.index)
    return place >= 0 ? place : this.table.push(callee.index) - 1
  }

  /** A call of the function at a place of the table that is known at run time only. All of them have these parameters. */
  callIndirect(parameters: readonly ValueType[], place: Int, ...args: readonly Int[]): Effect {
    const type = this.typeIndex(parameters, null)
    return {
      emit: (out) => {
        for (const arg of args) int(arg).emit(out)
        int(place).emit(out)
        out.byte(0x11)
        out.unsigned(type)
        out.unsigned(0)
      },
    }
  }

  export(name: string, { index }: FunctionRef): void {
    this.exported.push({ name, index })
  }

  /** The module as bytes that `WebAssembly.compile` takes. */
  finish(): Uint8Array<ArrayBuffer> {
    const unaryMath = this.typeIndex(['f64'], 'f64')
    const binaryMath = this.typeIndex(['f64', 'f64'], 'f64')
    const out = new Bytes()
    out.byte(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00)

    section(out, 1, this.types.size, (to) => {
      for (const { bytes } of this.types.values()) to.append(bytes.finish())
    })
    section(out, 2, mathFunctions.length + 1, (to) => {
      for (const name of mathFunctions) {
        to.name('math')
        to.name(name)
        to.byte(0x00)
        to.unsigned(name === 'pow' ? binaryMath : unaryMath)
      }
      to.name('samkit')
      to.name('memory')
      to.byte(0x02, this.memory.shared ? 0x03 : 0x01)
      to.unsigned(1)
      to.unsigned(this.memory.maxPages)
    })
    section(out, 3, this.signatures.length, (to) => {
      for (const signature of this.signatures) to.unsigned(signature)
    })
    if (this.table.length > 0) {
      section(out, 4, 1, (to) => {
        to.byte(0x70, 0x00)
        to.unsigned(this.table.length)
      })
    }
    section(out, 7, this.exported.length, (to) => {
      for (const { name, index } of this.exported) {
        to.name(name)
        to.byte(0x00)
        to.unsigned(index)
      }
    })
    if (this.table.length > 0) {
      section(out, 9, 1, (to) => {
        to.byte(0x00, 0x41, 0x00, 0x0b)
        to.unsigned(this.table.length)
        for (const index of this.table) to.unsigned(index)
      })
    }
    section(out, 10, this.bodies.length, (to) => {
      for (const body of this.bodies) {
        if (body === null)
          throw new Error('samkit: a function calls itself while it is made; please report this')
        to.sized(body)
      }
    })
    return out.finish()
  }
}

function section(out: Bytes, id: number, count: number, write: (to: Bytes) => void): void {
  const content = new Bytes()
  content.unsigned(count)
  write(content)
  out.byte(id)
  out.sized(content)
}
