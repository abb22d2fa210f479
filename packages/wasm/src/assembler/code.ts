import { Bytes } from './bytes.ts'
import { i32 } from './scalar.ts'
import { type Effect, type Int, int, typeCode, type Value, type ValueType } from './value.ts'

/** A variable of a function: as a value, what it holds at that moment. */
export interface Local<T extends ValueType = ValueType> extends Value<T> {
  readonly index: number
}

const voidBlock = 0x40

/** The body of a function, written statement by statement. */
export class Code {
  private readonly out = new Bytes()
  /** What comes before all statements. */
  private readonly prologue = new Bytes()
  private readonly constants = new Map<string, Local>()
  private readonly types: ValueType[] = []
  private readonly parameterCount: number
  /** Blocks that are open here: what a branch counts. */
  private depth = 0

  constructor(parameters: readonly ValueType[]) {
    this.parameterCount = parameters.length
    this.types.push(...parameters)
  }

  /** The parameter at a place. */
  parameter<T extends ValueType>(index: number, type: T): Local<T> {
    return localAt(index, type)
  }

  /** A new variable, 0 at first. In a loop it keeps what it held the time before. */
  local<T extends ValueType>(type: T): Local<T> {
    this.types.push(type)
    return localAt(this.types.length - 1, type)
  }

  /** A new variable that holds `value`: for what is used more than once. */
  let<T extends ValueType>(value: Value<T>): Local<T> {
    const local = this.local(value.type)
    this.set(local, value)
    return local
  }

  /**
   * A variable that holds this constant from the start of the function, one for equal constants. Inside of loops it is
   * worth it for vectors: some engines make those anew each time round.
   */
  constant<T extends ValueType>(value: Value<T>): Local<T> {
    const bytes = new Bytes()
    value.emit(bytes)
    const key = `${value.type} ${bytes.finish().join()}`
    const known = this.constants.get(key)
    if (known !== undefined) return localAt(known.index, value.type)
    const local = this.local(value.type)
    this.constants.set(key, local)
    this.prologue.append(bytes.finish())
    this.prologue.byte(0x21)
    this.prologue.unsigned(local.index)
    return local
  }

  set<T extends ValueType>(local: Local<T>, value: Value<T>): void {
    value.emit(this.out)
    this.out.byte(0x21)
    this.out.unsigned(local.index)
  }

  /** Adds to a whole number. */
  increase(local: Local<'i32'>, by: Int): void {
    this.set(local, i32.add(local, by))
  }

  /** Runs a store or a call that gives nothing. */
  run(effect: Effect): void {
    effect.emit(this.out)
  }

  /** Computes a value for what it does besides. */
  drop(value: Value): void {
    value.emit(this.out)
    this.out.byte(0x1a)
  }

  if(condition: Int, then: () => void, otherwise?: () => void): void {
    int(condition).emit(this.out)
    this.out.byte(0x04, voidBlock)
    this.depth += 1
    then()
    if (otherwise !== undefined) {
      this.out.byte(0x05)
      otherwise()
    }
    this.depth -= 1
    this.out.byte(0x0b)
  }

  /** Repeats the body while the condition, computed before it, is not 0. */
  while(condition: () => Int, body: () => void): void {
    this.out.byte(0x03, voidBlock)
    this.depth += 1
    const start = this.depth
    int(condition()).emit(this.out)
    this.out.byte(0x04, voidBlock)
    this.depth += 1
    body()
    this.out.byte(0x0c)
    this.out.unsigned(this.depth - start)
    this.depth -= 1
    this.out.byte(0x0b)
    this.depth -= 1
    this.out.byte(0x0b)
  }

  /** Repeats the body, at least once, as long as the condition computed after it is not 0: the cheapest loop. */
  doWhile(body: () => void, condition: () => Int): void {
    this.out.byte(0x03, voidBlock)
    this.depth += 1
    const start = this.depth
    body()
    int(condition()).emit(this.out)
    this.out.byte(0x0d)
    this.out.unsigned(this.depth - start)
    this.depth -= 1
    this.out.byte(0x0b)
  }

  /** Counts `i` from `from` (default: where it stands) in steps while it is below `to`, which is computed each time. */
  for(i: Local<'i32'>, { from, to, step = 1 }: { from?: Int; to: Int; step?: Int }, body: () => void): void {
    if (from !== undefined) this.set(i, int(from))
    this.if(i32.ltS(i, to), () => {
      this.doWhile(
        () => {
          body()
          this.increase(i, step)
        },
        () => i32.ltS(i, to),
      )
    })
  }

  /** Ends the function, with its result if it has one. */
  return(value?: Value): void {
    value?.emit(this.out)
    this.out.byte(0x0f)
  }

  /** Ends the run with an error. */
  unreachable(): void {
    this.out.byte(0x00)
  }

  /** The body as the binary format has it: locals, then instructions. */
  finish(result?: Value): Bytes {
    const body = new Bytes()
    const groups: { type: ValueType; count: number }[] = []
    for (const type of this.types.slice(this.parameterCount)) {
      const last = groups.at(-1)
      if (last?.type === type) last.count += 1
      else groups.push({ type, count: 1 })
    }
    body.unsigned(groups.length)
    for (const { type, count } of groups) {
      body.unsigned(count)
      body.byte(typeCode[type])
    }
    result?.emit(this.out)
    this.out.byte(0x0b)
    body.append(this.prologue.finish())
    body.append(this.out.finish())
    return body
  }
}

function localAt<T extends ValueType>(index: number, type: T): Local<T> {
  return {
    index,
    type,
    emit: (out) => {
      out.byte(0x20)
      out.unsigned(index)
    },
  }
}
