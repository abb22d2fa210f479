import { Tensor } from '../../graph/tensor.ts'

/**
 * Puts a family of methods on every tensor, not enumerable, as the methods of a class are. The family's interface
 * says which ones there must be; a `declare module` beside it adds them to the type.
 */
export function install<Methods extends object>(methods: Methods & ThisType<Tensor>): void {
  const hidden = Object.entries(Object.getOwnPropertyDescriptors(methods)).map(
    ([name, descriptor]) => [name, { ...descriptor, enumerable: false }] as const,
  )
  Object.defineProperties(Tensor.prototype, Object.fromEntries(hidden))
}
