export { type Cifar100Options, loadCifar10, loadCifar100 } from './files/cifar.ts'
export { MissingDataError } from './files/folder.ts'
export { loadFashionMnist, loadMnist } from './files/mnist.ts'
