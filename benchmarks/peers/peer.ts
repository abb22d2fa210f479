import { readFile } from 'node:fs/promises'

/** A package installed beside this file, as far as `T` tells of it. Its types are not there where it is not installed. */
export async function peer<T>(name: string): Promise<{ readonly module: T; readonly version: string }> {
  const manifest: { version: string } = JSON.parse(
    await readFile(new URL(`node_modules/${name}/package.json`, import.meta.url), 'utf8'),
  )
  const module: T = await import(name)
  return { module, version: manifest.version }
}
