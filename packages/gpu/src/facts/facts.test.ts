import { describeFacts } from './facts.testing.ts'

describeFacts('cpu')
describeFacts('webasm')
