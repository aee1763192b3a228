import protobuf from 'protobufjs/minimal.js'

// The generated types say number for 64-bit fields, the runtime makes Long objects of them when it finds
// that package. Evaluated before the generated messages, whose defaults are made at once.
const util: { Long: unknown } = protobuf.util
util.Long = undefined
protobuf.configure()
