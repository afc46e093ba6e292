// What a screen shows if the first of two questions is answered last, as JSON.
//
//   node turns.mjs file:///.../screen.mjs
const { oneAtATime } = await import(process.argv[2]);
const shown = [];
const left = [];
const answer = {};
const ask = (child, signal) => {
  signal.addEventListener("abort", () => left.push(child));
  return new Promise((answered) => (answer[child] = () => answered({ child })));
};
const asking = oneAtATime(ask, (state) => shown.push(state));
const both = ["Mira", "Noah"].map(asking);
answer.Noah();
await both[1];
answer.Mira();
await both[0];
process.stdout.write(JSON.stringify({ shown, left }));
