import { backward } from '../../autodiff/backward.ts'
import { install } from './install.ts'

/** Gradients in the manner of PyTorch. */
export interface AutodiffMethods {
  /**
   * Adds the gradient of this scalar to `.grad` of every tensor made with `requiresGrad` that it was computed from. A
   * second call adds again; set `.grad = null` to start afresh.
   */
  backward(): void
}

declare module '../../graph/tensor.ts' {
  interface Tensor extends AutodiffMethods {}
}

install<AutodiffMethods>({
  backward() {
    backward(this)
  },
})
