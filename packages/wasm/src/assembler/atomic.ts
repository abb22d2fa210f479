import type { Bytes } from './bytes.ts'
import { type Effect, type Int, int, type Value } from './value.ts'

// Instructions that threads meet by (WebAssembly 3.0, threads). They work on memory that is not shared too, but for waiting.

function memory(out: Bytes, code: number, align: number, offset: number): void {
  out.byte(0xfe, code)
  out.unsigned(align)
  out.unsigned(offset)
}

/** Instructions on whole words that no thread sees half done. */
export const atomic = {
  load: (address: Int, offset = 0): Value<'i32'> => ({
    type: 'i32',
    emit: (out) => {
      int(address).emit(out)
      memory(out, 0x10, 2, offset)
    },
  }),
  store: (address: Int, value: Int, offset = 0): Effect => ({
    emit: (out) => {
      int(address).emit(out)
      int(value).emit(out)
      memory(out, 0x17, 2, offset)
    },
  }),
  /** Adds and gives what was there before. */
  add: (address: Int, value: Int, offset = 0): Value<'i32'> => ({
    type: 'i32',
    emit: (out) => {
      int(address).emit(out)
      int(value).emit(out)
      memory(out, 0x1e, 2, offset)
    },
  }),
  /** Writes `value` where there is `expected`, and gives what was there before. */
  compareExchange: (address: Int, expected: Int, value: Int, offset = 0): Value<'i32'> => ({
    type: 'i32',
    emit: (out) => {
      int(address).emit(out)
      int(expected).emit(out)
      int(value).emit(out)
      memory(out, 0x48, 2, offset)
    },
  }),
  /** Sleeps while there is `expected`, for at most so many nanoseconds (-1: without end). 0 when woken. */
  wait: (address: Int, expected: Int, timeout: Value<'i64'>, offset = 0): Value<'i32'> => ({
    type: 'i32',
    emit: (out) => {
      int(address).emit(out)
      int(expected).emit(out)
      timeout.emit(out)
      memory(out, 0x01, 2, offset)
    },
  }),
  /** Wakes up to so many sleepers, and gives how many it woke. */
  notify: (address: Int, count: Int, offset = 0): Value<'i32'> => ({
    type: 'i32',
    emit: (out) => {
      int(address).emit(out)
      int(count).emit(out)
      memory(out, 0x00, 2, offset)
    },
  }),
}
