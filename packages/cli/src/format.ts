const counts = new Intl.NumberFormat('en')

/** A whole number with thousands separated: `61,706`. */
export function formatCount(value: number): string {
  return counts.format(Math.round(value))
}

/** A share from 0 to 1 as a percentage: `93.4 %`. */
export function formatPercent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`
}

/** A measured number at four significant digits, without a tail of zeros: `0.4123`, `12.5`, `1.2e-7`. */
export function formatNumber(value: number): string {
  const rounded = Number(value.toPrecision(4))
  const size = Math.abs(rounded)
  return size !== 0 && (size < 1e-4 || size >= 1e6) ? rounded.toExponential() : String(rounded)
}

/** A loss, always to four digits after the point so that columns line up. */
export function formatLoss(value: number): string {
  return value.toFixed(4)
}

/** A time span: `42 s`, `3 min 5 s`, `2 h 4 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
