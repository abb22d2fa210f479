import type { ConvAxis } from '@samkit/core/compiler'

/** Along one axis, the outputs `first, first + period, …` and the kernel elements that meet input there. */
export interface Residue {
  readonly first: number
  readonly count: number
  /** Output `first + q · period` reads input `q · step + offset` with kernel element `k`. */
  readonly taps: readonly { readonly k: number; readonly offset: number }[]
}

/** How outputs along an axis fall into residues of one `period`, each moving over the input by `step` per output. */
export interface Residues {
  readonly period: number
  readonly step: number
  readonly list: readonly Residue[]
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b)
}

/**
 * Takes an axis with gaps between inputs apart, so that no zero of a gap is multiplied with: outputs of one residue modulo
 * the period meet only some kernel elements, and these at inputs that are adjacent again.
 */
export function residuesOf({ output, kernel, stride, low, dilation, inputDilation }: ConvAxis): Residues {
  const common = commonDivisor(stride, inputDilation)
  const period = inputDilation / common
  const list = Array.from({ length: Math.min(period, output) }, (_, first) => ({
    first,
    count: Math.ceil((output - first) / period),
    taps: Array.from({ length: kernel }, (_, k) => ({
      k,
      offset: (first * stride + k * dilation - low) / inputDilation,
    })).filter(({ offset }) => Number.isInteger(offset)),
  }))
  return { period, step: stride / common, list }
}
