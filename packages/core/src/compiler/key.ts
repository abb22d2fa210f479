import type { Node } from '../graph/tensor.ts'
import { resolve } from './plan.ts'
import { WordWriter } from './words.ts'

/** What the plan cache is keyed by: words, and a number worked out from them. */
export interface StructureKey {
  /** Equal for equal words. */
  readonly hash: number
  readonly words: Int32Array
}

// One for all keys, so that making a key makes no garbage; what is kept is copied.
const writer = new WordWriter()

/**
 * A key whose words are equal for two schedules exactly when they compute the same from inputs of the same shapes.
 * Values of leaves are not part of it, values of constants are. Good until the next key is made.
 */
export function structureKey(roots: readonly Node[], order: readonly Node[]): StructureKey {
  writer.clear()
  let place = 0
  for (const node of order) {
    node.place = place++
    if (node.storage !== null) {
      // Places count from 0, so nothing below begins like this.
      writer.word(-1)
      writer.text(node.dtype)
      writer.list(node.shape)
      continue
    }
    writer.identity(node.primitive)
    writer.word(node.inputs.length)
    for (const input of node.inputs) writer.word(resolve(input).place)
    writer.value(node.attrs)
  }
  writer.word(-2)
  for (const root of roots) writer.word(resolve(root).place)
  return writer.read()
}

/** Whether two keys are of one structure. */
export function sameKey(a: StructureKey, b: StructureKey): boolean {
  if (a.hash !== b.hash || a.words.length !== b.words.length) return false
  for (let i = 0; i < a.words.length; i++) if (a.words[i] !== b.words[i]) return false
  return true
}
