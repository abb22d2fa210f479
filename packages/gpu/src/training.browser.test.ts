import { describeTraining } from './training.testing.ts'

describeTraining('webgl2')
describeTraining('webgpu')
