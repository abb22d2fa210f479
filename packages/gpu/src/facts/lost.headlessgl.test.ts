import { lostDeviceFacts } from './lost.testing.ts'
import { describeOn } from './subject.testing.ts'

describeOn('headlessgl', 'lost devices', lostDeviceFacts)
