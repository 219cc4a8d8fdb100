import { openSite } from './e2e/harness.mjs';
const N=Number(process.argv[2]??3);
for (let i=0;i<N;i++){
const site = await openSite();
const { page } = await site.visit();
await page.getByRole('button', { name: 'Try it with sample data' }).and(page.locator(':enabled')).waitFor();
await page.evaluate(()=>{ globalThis.T=[]; const log=(...a)=>T.push([performance.now(),...a]);
 const PM=Worker.prototype.postMessage; let n=0; const ids=new WeakMap();
 Worker.prototype.postMessage=function(m,...r){ if(!ids.has(this)){ ids.set(this,++n); this.addEventListener('message',e=>{ const t=e.data.text; log('<',ids.get(this),t.slice(0,70),t.length); }); } log('>',ids.get(this), m.text? m.text.slice(0,60):'module'); return PM.call(this,m,...r); };
 document.addEventListener('change',()=>log('change'),true);
 new MutationObserver(()=>{ if(!globalThis.S&&document.querySelector('.stats')){S=1;log('stats on screen');requestAnimationFrame(()=>requestAnimationFrame(()=>log('painted')));} }).observe(document,{subtree:true,childList:true});
});
const t0=performance.now();
await page.locator('input[type=file]').setInputFiles(process.argv[3]??'/work/main/target/events-1000000.csv');
const t1=performance.now();
await page.locator('.stats').waitFor({timeout:600000});
console.log('set', (t1-t0).toFixed(0), 'stats', (performance.now()-t0).toFixed(0));
await page.waitForTimeout(100);
const T=await page.evaluate(()=>T); const b=T[0][0];
for (const e of T) console.log((e[0]-b).toFixed(0).padStart(6), ...e.slice(1));
await site.close();
}
