import { shellWord } from '../flags.ts'

/** What a person types before the options to come to `samkit train` again the way this process was started. */
export function trainInvocation(env: NodeJS.ProcessEnv, script: string | undefined): string {
  const { npm_lifecycle_event: event, npm_lifecycle_script: body = '' } = env
  if (event !== undefined && event !== 'npx' && / train\b/.test(body)) return `npm run ${shellWord(event)} --`
  const installed = event !== 'npx' && script !== undefined && /[\\/]samkit(\.js)?$/.test(script)
  return installed ? 'samkit train' : 'npx samkit train'
}
