import { describeFacts } from './facts.testing.ts'

describeFacts('webgl2')
describeFacts('webgpu')
