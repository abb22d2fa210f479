import type { Arena } from './arena.ts'
import type { FrameLayout } from './frame-layout.ts'

/** Where what a run works on lies. */
export interface Bindings {
  readonly inputs: readonly { readonly address: number }[]
  readonly outputs: readonly { readonly address: number }[]
  readonly scratch: number
}

/** A program's records and tables in memory. One run uses them at a time. */
export class Frame {
  readonly address: number
  private readonly layout: FrameLayout
  private readonly arena: Arena
  private scratch = -1

  constructor(layout: FrameLayout, arena: Arena) {
    this.layout = layout
    this.arena = arena
    this.address = arena.take(4 * layout.words.length)
    const { words } = arena
    const first = this.address / 4
    words.set(layout.words, first)
    add(words, first, layout.patches.frame, this.address)
  }

  /** Writes the addresses that a run works on. Most are those of the run before. */
  bind({ inputs, outputs, scratch }: Bindings): void {
    const { patches, watched } = this.layout
    const { words } = this.arena
    const first = this.address / 4
    look(words, first, patches.inputs, inputs)
    look(words, first, patches.outputs, outputs)
    if (scratch !== this.scratch) {
      add(words, first, patches.scratch, scratch)
      this.scratch = scratch
    }
    for (const { word } of watched) words.fill(0, first + word, first + word + 4)
  }

  /** The failure a kernel reported: the value at fault; null where there is none. */
  failure(word: number): number | null {
    const { words } = this.arena
    const at = this.address / 4 + word
    return words[at] === 0 ? null : (words[at + 1] ?? 0)
  }

  /** Gives the memory back. */
  dispose(): void {
    this.arena.give(this.address, 4 * this.layout.words.length)
  }
}

function add(words: Int32Array, first: number, list: Int32Array, base: number): void {
  for (let i = 0; i < list.length; i += 2) words[first + list[i]!] = base + list[i + 1]!
}

function look(
  words: Int32Array,
  first: number,
  list: Int32Array,
  buffers: readonly { readonly address: number }[],
): void {
  for (let i = 0; i < list.length; i += 2) words[first + list[i]!] = buffers[list[i + 1]!]!.address
}
