import { para, scalar, type Tensor } from 'paralens';
import { checkPara } from 'paralens/laws';
import { multiply, sum } from 'paralens/operation';

type Scale = { readonly factor: Tensor<readonly []> };
const wrong = para({
  init: (): Scale => ({ factor: scalar(2) }),
  run: ({ factor }: Scale, x: Tensor<readonly [number]>) => [
    multiply(x, factor),
    (dy: Tensor<readonly [number]>) => [{ factor: sum(dy) }, multiply(dy, factor)] as const, // forgot ·x
  ],
});
try {
  checkPara(wrong, { input: { shape: [3] } }, { name: 'scale' });
} catch (error) {
  console.log(String(error).split('\n')[0]);
}
