/** Loaded before anything else by `npm run test:bare`: koffi opens no library, as where none is installed. */
import Module from 'node:module';

const load = Module._load;
Module._load = function hidden(request, ...rest) {
  const loaded = load.call(this, request, ...rest);
  if (request !== 'koffi') return loaded;
  const refuse = (file) => {
    throw new Error(`${file}: no library of the system is to be found in this run`);
  };
  return { ...loaded, load: refuse };
};
