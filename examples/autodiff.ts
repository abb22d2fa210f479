// Fits a line to five points by Newton's method: gradient and Hessian come from autodiff, the rest is arithmetic.
// Run it with `npx tsx examples/autodiff.ts`.
import { grad, hessian, type Tensor, tensor } from '@samkit/core'

const x = tensor([-1, 0, 1, 2, 3], { dtype: 'f64' })
const y = tensor([-4.1, -0.9, 2.2, 4.8, 8], { dtype: 'f64' })

/** The mean squared distance of the points from the line `slope · x + offset`, for `line` = `[slope, offset]`. */
const loss = (line: Tensor): Tensor => line.at(0).mul(x).add(line.at(1)).sub(y).square().mean()

const start = tensor([0, 0], { dtype: 'f64' })
const [g0 = 0, g1 = 0] = await grad(loss)(start).data()
const [h00 = 0, h01 = 0, h10 = 0, h11 = 0] = await hessian(loss)(start).data()
console.log(`gradient [${text(g0)}, ${text(g1)}]`)
console.log(`Hessian [[${text(h00)}, ${text(h01)}], [${text(h10)}, ${text(h11)}]]`)

// Newton's step -H⁻¹ g. The loss is quadratic, so one step arrives.
const det = h00 * h11 - h01 * h10
const step = tensor([(h01 * g1 - h11 * g0) / det, (h10 * g0 - h00 * g1) / det], { dtype: 'f64' })
const fitted = start.add(step)
const [slope = 0, offset = 0] = await fitted.data()
const [rest0 = 0, rest1 = 0] = await grad(loss)(fitted).data()
console.log(`slope ${text(slope)}, offset ${text(offset)}, loss ${text(await loss(fitted).item())}`)
console.log(`the gradient there is ${text(Math.hypot(rest0, rest1))}`)

function text(value: number): string {
  return value.toFixed(3)
}
