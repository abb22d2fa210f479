import type { Access, Instruction } from '@samkit/core/compiler'
import { argsOf } from './fused-parts.ts'
import type { KernelList } from './kernel-list.ts'
import { readsVectors } from './text/load.ts'

/** The lines that the kernel of one part computes, and what it reads for them. */
export class PartReads {
  readonly body: readonly Instruction[]
  readonly part: number
  /** Where the values of earlier parts lie. */
  private readonly done: ReadonlyMap<number, Access>
  private readonly changing = new Map<string, boolean>()

  constructor(body: readonly Instruction[], done: ReadonlyMap<number, Access>, part: number) {
    this.body = body
    this.done = done
    this.part = part
  }

  /** Whether a line was computed by an earlier kernel. */
  isDone(line: number): boolean {
    return line !== this.part && this.done.has(line)
  }

  /** Where a line is read in memory; null for one that is computed. */
  accessOf(line: number): Access | null {
    const made = line === this.part ? undefined : this.done.get(line)
    if (made !== undefined) return made
    const instruction = this.body[line]
    return instruction?.op === 'load' ? instruction.access : null
  }

  /** Whether a line's value changes along an axis. */
  changes(line: number, axis: number): boolean {
    const key = `${line} along ${axis}`
    const known = this.changing.get(key)
    if (known !== undefined) return known
    const access = this.accessOf(line)
    const instruction = this.body[line]
    const changes =
      access === null && instruction?.op !== 'index'
        ? argsOf(instruction).some((arg) => this.changes(arg, axis))
        : moves(access ?? (instruction as Pick<Access, 'strides'>), axis)
    this.changing.set(key, changes)
    return changes
  }

  /** Whether all that a line, the part itself unless said otherwise, reads along an axis is read four neighbours at a time. */
  areVectors(axis: number, list: Pick<KernelList, 'countOf'>, line: number = this.part): boolean {
    const seen = new Set<number>()
    const todo = [line]
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      if (seen.has(next) || !this.changes(next, axis)) continue
      seen.add(next)
      const access = this.accessOf(next)
      if (access === null) todo.push(...argsOf(this.body[next]))
      else if (!readsVectors(access, axis, list.countOf(access.buffer))) return false
    }
    return true
  }
}

/** Whether an access goes elsewhere along an axis. */
export function moves({ strides, bounds = [] }: Pick<Access, 'strides' | 'bounds'>, axis: number): boolean {
  return [strides, ...bounds.map(({ strides: own }) => own)].some((own) => (own[axis] ?? 0) !== 0)
}
