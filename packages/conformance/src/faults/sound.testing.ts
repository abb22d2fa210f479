import {
  type Backend,
  type DeviceBuffer,
  type HostArray,
  interpreterBackend,
  type Plan,
  type Primitive,
  type TensorSpec,
  type TypedArray,
} from '@samkit/core'

/** One run of a kernel, with what the reference kernel gives. */
export interface KernelRun {
  readonly primitive: Primitive
  readonly inputs: readonly HostArray[]
  readonly attrs: Readonly<Record<string, unknown>>
  readonly output: TensorSpec
  /** The right result, or that on other inputs or attributes. */
  right(inputs?: readonly HostArray[], attrs?: object): TypedArray
}

/** What a kernel gives in place of the right result; undefined leaves it right. */
export type KernelChange = (run: KernelRun) => TypedArray | undefined

class Books {
  buffers = 0
  bytes = 0
  disposed = false

  check(): void {
    if (this.disposed) throw new Error('this backend was disposed; make another')
  }
}

/** A value of a sound backend. */
export class SoundBuffer implements DeviceBuffer {
  data: TypedArray
  live = true
  private readonly books: Books

  constructor(data: TypedArray, books: Books) {
    this.data = data
    this.books = books
    books.buffers += 1
    books.bytes += data.byteLength
  }

  dispose(): void {
    if (!this.live) return
    this.live = false
    this.books.buffers -= 1
    this.books.bytes -= this.data.byteLength
    // Whoever still reads it should notice.
    this.data.fill(99)
  }
}

/** A right backend with books of its own: reference kernels, run by samkit's interpreter; kernels may be changed. */
export function soundBackend(change: KernelChange = () => undefined): Backend {
  const books = new Books()
  const inner = interpreterBackend<SoundBuffer>({
    name: 'sound',
    upload: (data) => {
      books.check()
      return new SoundBuffer(data.slice(), books)
    },
    download: (buffer) => {
      books.check()
      return buffer.data.slice()
    },
    kernel: (primitive) => (inputs, attrs, output) => {
      books.check()
      const arrays = inputs.map(
        ({ buffer, shape, dtype }): HostArray => ({ shape, dtype, data: buffer.data }),
      )
      const right = (given: readonly HostArray[] = arrays, asked: object = attrs): TypedArray =>
        primitive.reference(given, asked, output)
      const run = {
        primitive,
        inputs: arrays,
        attrs: Object.fromEntries(Object.entries(attrs)),
        output,
        right,
      }
      return new SoundBuffer((change(run) ?? right()).slice(), books)
    },
  })
  return {
    ...inner,
    compile: (plan: Plan) => {
      books.check()
      const executable = inner.compile(plan)
      if (executable instanceof Promise) throw new Error('the interpreter compiles at once')
      return {
        ...executable,
        run: (inputs) => {
          books.check()
          return executable.run(inputs)
        },
      }
    },
    memory: () => ({ buffers: books.buffers, bytes: books.bytes }),
    dispose: async () => {
      books.disposed = true
    },
  }
}
