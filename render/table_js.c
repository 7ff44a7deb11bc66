/* table_js.c - the script of HTML tables: pages, filter, sort, copy.
 *
 * Called by: table_html.c through theme_script().
 * Gives:     start(root). Values are read with textContent and never written
 *            as markup.
 * Must not:  contain the end-of-CDATA mark or a closing tag. */
#include "render/table.h"

const char *const table_js[] = {
    /* Small helpers. */
    "function el(tag,text,title){var e=document.createElement(tag);"
    "if(text)e.textContent=text;if(title)e.title=title;return e;}"
    "function num(n){return String(n).replace(/\\B(?=(\\d{3})+$)/g,',');}"
    "function isNull(td){return td.classList.contains('shk-z');}",

    /* A key of the cell's own type; null sorts last whatever the order. */
    "function spanKey(s){var m=/^(-?)(?:(\\d+)\\.)?(\\d+):(\\d+):(\\d+)"
    "(\\.\\d+)?$/.exec(s);if(!m)return 0;"
    "var v=((+(m[2]||0)*24+ +m[3])*60+ +m[4])*60+ +m[5]+ +(m[6]||0);"
    "return m[1]?-v:v;}"
    "function realKey(s){if(s==='NaN')return -Infinity;"
    "if(/^-?inf/.test(s))return s.charAt(0)==='-'?-Infinity:Infinity;"
    "return parseFloat(s);}"
    "function keyOf(td,type){if(isNull(td))return null;var s=td.textContent;"
    "switch(type){case 'int':case 'long':return BigInt(s);"
    "case 'real':case 'decimal':return realKey(s);"
    "case 'timespan':return spanKey(s);"
    "case 'datetime':return s;"
    "default:return s.toLowerCase();}}"
    "function order(a,b){return a.k<b.k?-1:a.k>b.k?1:a.i-b.i;}",

    /* CSV and TSV; a text that a spreadsheet would compute gets a quote. */
    "function guard(s){return /^[ ]*[=+\\-@\\t\\r\\n"
    "\\uFF1D\\uFF0B\\uFF0D\\uFF20]/.test(s)||"
    "/^[\";]=/.test(s)?\"'\"+s:s;}"
    "function plain(td,type,tsv){if(isNull(td))return '';"
    "var s=td.textContent;"
    "if(type==='dynamic')s=s.replace(/\\n */g,'');"
    "if(!/^(int|long|real|decimal|datetime|timespan|bool)$/.test(type))"
    "s=guard(s);"
    "if(tsv)return s.replace(/[\\t\\r\\n]+/g,' ');"
    "return /[\",\\r\\n]/.test(s)?'\"'+s.replace(/\"/g,'\"\"')+'\"':s;}"
    "function put(text,done){function old(){"
    "var a=document.createElement('textarea');a.value=text;"
    "a.style.cssText='position:fixed;opacity:0';document.body.appendChild(a);"
    "a.select();var ok=false;try{ok=document.execCommand('copy');}"
    "catch(e){ok=false;}a.remove();done(ok);}"
    "if(navigator.clipboard&&window.isSecureContext)"
    "navigator.clipboard.writeText(text).then(function(){done(true);},old);"
    "else old();}",

    "\nfunction start(root){"
    "var table=root.querySelector('table'),body=table.tBodies[0],"
    "rows=Array.from(body.rows),heads=Array.from(table.tHead.rows[0].cells),"
    "types=heads.map(function(h){return h.getAttribute('data-t');}),"
    "bar=root.querySelector('.shk-bar'),view=rows,page=0,dir=0,sorted=-1,"
    "size=+bar.getAttribute('data-page')||25,texts=null;"
    "bar.textContent='';"
    "var find=el('input'),count=el('span'),gap=el('span'),sizes=el('select'),"
    "prev=el('button','\\u2039','previous page'),"
    "next=el('button','\\u203a','next page'),where=el('span'),"
    "tsv=el('button','Copy TSV'),csv=el('button','Copy CSV');"
    "find.type='search';find.placeholder='filter rows: words, -without';"
    "find.setAttribute('aria-label','filter rows');"
    "sizes.setAttribute('aria-label','rows per page');gap.className='shk-gap';"
    "count.setAttribute('role','status');"
    "[size,25,50,100,0].filter(function(n,i,a){return a.indexOf(n)===i;})"
    ".forEach(function(n){var o=el('option',n?n+' rows':'all rows');"
    "o.value=n;sizes.appendChild(o);});"
    "sizes.value=size;",

    "function show(){var n=view.length,pages=size?Math.ceil(n/size)||1:1;"
    "page=Math.max(0,Math.min(page,pages-1));"
    "var from=size?page*size:0,to=size?Math.min(n,from+size):n;"
    "rows.forEach(function(r){r.style.display='none';});"
    "view.slice(from,to).forEach(function(r){r.style.display='';});"
    "where.textContent=n?num(from+1)+'\\u2013'+num(to)+' of '+num(n):"
    "'no rows';"
    "prev.disabled=!page;next.disabled=page+1>=pages;}",

    "function words(){return find.value.toLowerCase().split(/\\s+/)"
    ".filter(function(w){return w&&w!=='-';});}"
    "function matches(i,ws){var s=texts[i];return ws.every(function(w){"
    "return w.charAt(0)==='-'?s.indexOf(w.slice(1))===-1:"
    "s.indexOf(w)!==-1;});}"
    "function filter(){var ws=words();"
    "if(ws.length&&!texts)texts=rows.map(function(r){"
    "return Array.from(r.cells).map(function(c){"
    "return isNull(c)?'':c.textContent;}).join('\\n').toLowerCase();});"
    "var all=Array.from(body.rows);"
    "view=ws.length?all.filter(function(r){return matches(r.shkIndex,ws);})"
    ":all;"
    "count.textContent=ws.length?num(view.length)+' of '+num(rows.length)+"
    "' match':'';page=0;show();}",

    "function sort(c){if(c===sorted){dir=dir===1?-1:0;if(!dir)sorted=-1;}"
    "else{sorted=c;dir=1;}"
    "heads.forEach(function(h,i){if(i===sorted)h.setAttribute('aria-sort',"
    "dir===1?'ascending':'descending');else h.removeAttribute('aria-sort');});"
    "var list=rows.slice();"
    "if(dir){var keyed=rows.map(function(r,i){"
    "return{r:r,i:i,k:keyOf(r.cells[c],types[c])};}),"
    "some=keyed.filter(function(x){return x.k!==null;}).sort(function(a,b){"
    "return dir===1?order(a,b):order({k:b.k,i:a.i},{k:a.k,i:b.i});}),"
    "none=keyed.filter(function(x){return x.k===null;});"
    "list=some.concat(none).map(function(x){return x.r;});}"
    "var part=document.createDocumentFragment();"
    "list.forEach(function(r){part.appendChild(r);});body.appendChild(part);"
    "filter();}",

    "function copy(isTsv,button){var sep=isTsv?'\\t':',',guarded=0,"
    "lines=[heads.map(function(h){"
    "return plain(h.firstElementChild,'string',isTsv);}).join(sep)];"
    "view.forEach(function(r){lines.push(Array.from(r.cells).map("
    "function(td,i){return plain(td,types[i],isTsv);}).join(sep));});"
    "put(lines.join('\\r\\n')+'\\r\\n',function(ok){"
    "count.textContent=ok?num(view.length)+' rows copied; texts that a "
    "spreadsheet would compute start with a quote':"
    "'the browser refused to copy';});}",

    "rows.forEach(function(r,i){r.shkIndex=i;});"
    "heads.forEach(function(h,c){h.tabIndex=0;"
    "h.addEventListener('click',function(){sort(c);});"
    "h.addEventListener('keydown',function(e){"
    "if(e.key==='Enter'||e.key===' '){e.preventDefault();sort(c);}});});"
    "var timer;find.addEventListener('input',function(){clearTimeout(timer);"
    "timer=setTimeout(filter,80);});"
    "sizes.addEventListener('change',function(){size=+sizes.value;page=0;"
    "show();});"
    "prev.addEventListener('click',function(){page--;show();});"
    "next.addEventListener('click',function(){page++;show();});"
    "tsv.addEventListener('click',function(){copy(true);});"
    "csv.addEventListener('click',function(){copy(false);});"
    "body.addEventListener('click',function(e){"
    "var w=e.target.closest('.shk-w'),s=window.getSelection();"
    "if(w&&(!s||s.isCollapsed))w.classList.toggle('shk-o');});"
    "body.addEventListener('keydown',function(e){"
    "if(e.key==='Enter'&&e.target.classList.contains('shk-w'))"
    "e.target.classList.toggle('shk-o');});"
    "root.addEventListener('keydown',function(e){"
    "if(bar.contains(e.target))e.stopPropagation();});"
    "[find,count,gap,sizes,prev,where,next,tsv,csv].forEach(function(e){"
    "bar.appendChild(e);});"
    "if(rows.length>1)show();else bar.textContent='';}",
    NULL
};
