import { describeTraining } from './training.testing.ts'

describeTraining('cpu')
describeTraining('webasm')
