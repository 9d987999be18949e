import { type ConfigFileOptions, EmitModes, Modes } from '@odata2ts/odata2ts';

const config: ConfigFileOptions = {
  services: {
    v1: { source: 'build/v1.xml', output: 'build/v1', mode: Modes.models, emitMode: EmitModes.ts },
    beta: { source: 'build/beta.xml', output: 'build/beta', mode: Modes.models, emitMode: EmitModes.ts },
    extended: {
      source: 'build/extended.xml',
      output: 'build/extended',
      mode: Modes.models,
      emitMode: EmitModes.ts,
    },
  },
};
export default config;
