import { foldIn, type Tensor } from '@samkit/core'
import type { Context, Kinds, Layer, ParamsOf } from './layer.ts'

/** One named part of a module: a layer, or a list of layers such as the blocks of a transformer. */
export type Part = Layer<unknown> | readonly Layer<unknown>[]

/** The parts a module is built of, by name, or as a list. */
export type Parts = { readonly [name: string]: Part } | readonly Layer<unknown>[]

/** The parameter tree of parts: the same structure with each layer's parameters in its place. */
export type PartsParams<T> = { readonly [K in keyof T]: PartParams<T[K]> }
type PartParams<T> = T extends Layer<infer P> ? P : { readonly [K in keyof T]: ParamsOf<T[K]> }

/** Parts bound to their parameters: the same structure with a function of the input in each layer's place. */
export type BoundParts<T> = { readonly [K in keyof T]: BoundPart<T[K]> }
type Bound = (x: Tensor) => Tensor
type BoundPart<T> = T extends Layer<unknown> ? Bound : { readonly [K in keyof T]: Bound }

/**
 * A layer made of layers. `forward` gets the parts as plain functions, each bound to its parameters and to a random key
 * of its own, so that it reads like the figure in the paper. The parameter tree has the structure and the names of
 * `parts`, and so has its type.
 *
 * @example
 * const net = module({ fc1: linear(4, 8), fc2: linear(8, 2) }, (l, x) => l.fc2(l.fc1(x).relu()))
 * type Params = ParamsOf<typeof net> // { fc1: LinearParams, fc2: LinearParams }
 */
export function module<const T extends Parts>(
  parts: T,
  forward: (layers: BoundParts<T>, x: Tensor, context: Context) => Tensor,
): Layer<PartsParams<T>> {
  return {
    init: (key) => initParts<T>(parts, key),
    apply: (params, x, context) => forward(bindParts<T>(parts, params, context), x, context),
    kinds: () => kindsOf(parts),
    buffers: () => Object.fromEntries(buffersOf(parts, '')),
  }
}

function isLayer(part: Part | Parts): part is Layer<unknown> {
  return 'apply' in part && typeof part.apply === 'function'
}

/** The structure of `parts` with `visit(part, index, name)` in place of its direct children. */
function eachChild<R>(
  parts: Parts,
  visit: (part: Part, index: number, name: string) => R,
): readonly R[] | { readonly [name: string]: R } {
  const entries = Object.entries<Part>(parts)
  const results = entries.map(([name, part], index) => [name, visit(part, index, name)] as const)
  return Array.isArray(parts) ? results.map(([, result]) => result) : Object.fromEntries(results)
}

// Walking the parts at run time gives what PartsParams and BoundParts say of them; the first signatures state that.

function initParts<T>(parts: Part | Parts, key: Tensor): PartsParams<T>
function initParts(parts: Part | Parts, key: Tensor): unknown {
  if (isLayer(parts)) return parts.init(key)
  return eachChild(parts, (part, index) => initParts<unknown>(part, foldIn(key, index)))
}

function kindsOf(parts: Part | Parts): Kinds {
  return isLayer(parts) ? parts.kinds() : eachChild(parts, kindsOf)
}

function bindParts<T>(parts: Part | Parts, params: unknown, context: Context): BoundParts<T>
function bindParts(parts: Part | Parts, params: unknown, context: Context): unknown {
  if (isLayer(parts)) return (x: Tensor) => parts.apply(params, x, context)
  const children = params as Readonly<Record<string, unknown>>
  return eachChild(parts, (part, index, name) =>
    bindParts<unknown>(part, children[name], childContext(context, name, index)),
  )
}

function buffersOf(parts: Part | Parts, path: string): (readonly [path: string, Tensor])[] {
  if (isLayer(parts))
    return Object.entries(parts.buffers?.() ?? {}).map(([name, t]) => [join(path, name), t] as const)
  return Object.entries<Part>(parts).flatMap(([name, part]) => buffersOf(part, join(path, name)))
}

/** A path one level down. */
export function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** The context of a part: its own path, and its own random key, worked out only if the part asks for it. */
function childContext(context: Context, name: string, index: number): Context {
  let key: Tensor | null = null
  return {
    ...context,
    path: join(context.path ?? '', name),
    get key() {
      if (key === null && context.key !== null) key = foldIn(context.key, index)
      return key
    },
  }
}

/** Layers applied one after the other. Parameters are an array: their paths begin `0.`, `1.`, … as in PyTorch. */
export function sequential<const T extends readonly Layer<unknown>[]>(...layers: T): Layer<PartsParams<T>> {
  return module(layers, (bound, x) =>
    (bound as readonly ((x: Tensor) => Tensor)[]).reduce((y, layer) => layer(y), x),
  )
}

/** A layer without parameters: just a function, such as `(x) => x.relu()`. */
export function lambda(f: (x: Tensor, context: Context) => Tensor): Layer<Readonly<Record<string, never>>> {
  return { init: () => ({}), apply: (_, x, context) => f(x, context), kinds: () => ({}) }
}
