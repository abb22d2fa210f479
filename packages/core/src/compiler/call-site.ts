// samkit's own packages lie side by side, each with its code in `src` or `dist`.
const packages = new URL('../../../', import.meta.url).href.replace(/^file:\/\//, '')

/** The first line of a recorded call that is not samkit's own, as `file:line:column`; null where there is none. */
export function userLine(site: Error): string | null {
  const frames = (site.stack ?? '').split('\n').flatMap((frame) => {
    // `at f (file:1:2)` and `at file:1:2` in V8, `f@file:1:2` elsewhere.
    const [, place] = /^\s*(?:at (?:.*\()?|.*@)(.+:\d+:\d+)\)?$/.exec(frame) ?? []
    return place === undefined ? [] : [place.replace(/^file:\/\//, '')]
  })
  return frames.find((place) => !isOwn(place)) ?? null
}

function isOwn(place: string): boolean {
  if (!place.startsWith(packages)) return false
  return /^[^/]+\/(src|dist)\//.test(place.slice(packages.length)) && !/\.test\.ts:/.test(place)
}
