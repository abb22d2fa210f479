import { readFileSync } from 'node:fs'
import { runProgram } from './commands/program.ts'
import { oneLine, UsageError } from './errors.ts'

/** Says what went wrong in one line, or in full where `SAMKIT_DEBUG` is set; gives the exit status. */
function complain(error: unknown): number {
  const { SAMKIT_DEBUG: debug = '' } = process.env
  const full = debug !== '' && debug !== '0' && error instanceof Error
  console.error(full ? error : `samkit: ${oneLine(error)}`)
  return error instanceof UsageError ? 2 : 1
}

/** The version in package.json. */
function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const found =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : ''
  return String(found)
}

// Whoever reads the output may go away (`samkit train | head`): the run is worth more than its lines.
process.stdout.on('error', () => {})
process.stderr.on('error', () => {})

process.exitCode = await runProgram(process.argv.slice(2), version()).catch(complain)
