// What a user's project does with the published packages. Compiled and run against the packed tarballs by run.mjs.
import { grad, mul, sum, type Tensor, tensor, toHostArray } from '@samkit/core'
import '@samkit/core/node'
import '@samkit/data'
import '@samkit/landscape'
import '@samkit/nn'
import '@samkit/optim'

const loss = (x: Tensor): Tensor => sum(mul(x, x))
const slope = await toHostArray(grad(loss)(tensor([1, 2, 3])))

if (slope.data.join() !== '2,4,6')
  throw new Error(`the gradient of x² at [1, 2, 3] came out as ${slope.data}`)
