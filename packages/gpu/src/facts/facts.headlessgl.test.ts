import { describeFacts } from './facts.testing.ts'

describeFacts('headlessgl')
