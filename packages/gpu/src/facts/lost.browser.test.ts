import { lostDeviceFacts } from './lost.testing.ts'
import { describeOn } from './subject.testing.ts'

describeOn('webgl2', 'lost devices', lostDeviceFacts)
describeOn('webgpu', 'lost devices', lostDeviceFacts)
