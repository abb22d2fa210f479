import { describeTraining } from './training.testing.ts'

describeTraining('headlessgl')
