// What a user's project does with the published packages. Compiled and run against the packed tarballs by run.mjs.
import { allocate, type HostArray, promote } from '@samkit/core'
import '@samkit/core/node'
import '@samkit/data'
import '@samkit/nn'
import '@samkit/optim'

const zeros: HostArray = { dtype: promote('bool', 'f32'), shape: [2, 3], data: allocate('f32', 6) }

if (zeros.dtype !== 'f32' || zeros.data.length !== 6)
  throw new Error('the installed packages are not the sources')
console.log('the packed packages install, type-check and run')
