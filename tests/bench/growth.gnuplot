# growth.gnuplot - the picture of growth.py: gnuplot -e "out = 'NAME'" FILE
# reads NAME.txt and writes NAME.svg.

file = out.'.txt'
set terminal svg size 1080,640 font "sans-serif,12" background "white"
set output out.'.svg'

ours = "#1b6ca8"
cpu = "#d9822b"
bare = "#8a8a8a"
work = "#c8c8c8"
set style line 1 lc rgb ours lw 2.5 pt 7 ps 0.45
set style line 2 lc rgb cpu lw 2 pt 5 ps 0.45
set style line 3 lc rgb bare lw 2 pt 7 ps 0.3 dt (6,4)
set style line 4 lc rgb work lw 1.5 dt (2,4)
set style line 5 lc rgb ours lw 1.5 pt 6 ps 0.45 dt (6,4)
set style line 6 lc rgb cpu lw 1.5 pt 4 ps 0.45 dt (6,4)

set border 3 lc rgb "#606060"
set tics nomirror out scale 0.6 textcolor rgb "#404040"
set grid ytics lc rgb "#ececec" lt 1
set key top left reverse Left samplen 1.6 spacing 1.05 font ",11"
set format y "%g"

# What grows as its work does goes along this line, from the last point.
last_of(name, column) = sprintf("stats file index '%s' using 1:%d \
    name 'S' nooutput", name, column)

eval last_of("sizes", 2)
sizes_x = S_max_x; sizes_y = S_max_y
eval last_of("recipients", 2)
rcpts_x = S_max_x; rcpts_y = S_max_y
eval last_of("maps", 2)
maps_x = S_max_x; maps_y = S_max_y
eval last_of("parallel", 4)
par_x = S_max_x; par_y = S_max_y

set logscale xy
set multiplot layout 2,3 margins 0.05,0.965,0.06,0.93 spacing 0.06,0.14

set title "One message of 1 KiB to 1 GiB: ms"
set xtics ("1 KiB" 2**10, "32 KiB" 2**15, "1 MiB" 2**20, "32 MiB" 2**25, \
    "1 GiB" 2**30)
plot [2**10:2**30] [1:] file index "sizes" using 1:2 with linespoints ls 1 \
    title "first octet to 250", \
    "" index "sizes" using 1:4 with linespoints ls 2 title "CPU", \
    "" index "sizes" using 1:3 with lines ls 3 title "bare system calls", \
    sizes_y * x / sizes_x with lines ls 4 title "as the work"

set title "4 KiB to 1 to 1,000 mailboxes: ms"
set xtics ("1" 1, "10" 10, "100" 100, "1,000" 1000)
plot [1:1000] [1:] file index "recipients" using 1:2 with linespoints ls 1 \
    title "dot to 250", \
    "" index "recipients" using 1:4 with linespoints ls 2 title "CPU", \
    "" index "recipients" using 1:3 with lines ls 3 \
    title "bare system calls", \
    rcpts_y * x / rcpts_x with lines ls 4 title "as the work"

set title "RCPT, 1 to 1,000,000 addresses in the map: ms"
set xtics ("1" 1, "100" 100, "10,000" 1e4, "1,000,000" 1e6)
plot [1:1e6] [0.01:] file index "maps" using 1:2 with linespoints ls 1 \
    title "text", \
    "" index "maps" using 1:3 with linespoints ls 2 title "compiled", \
    maps_y * x / maps_x with lines ls 4 title "as the work, text"

# There is no 0 on this scale.
set title "0 to 1,000,000 messages in new/ already: ms"
set xtics ("0" 10, "100" 100, "10,000" 1e4, "1,000,000" 1e6)
plot [9.9:1e6] [1:100] file index "files" using ($1 > 0 ? $1 : 10):2 \
    with linespoints ls 1 title "dot to 250", \
    "" index "files" using ($1 > 0 ? $1 : 10):4 with linespoints ls 2 \
    title "CPU", \
    "" index "files" using ($1 > 0 ? $1 : 10):3 with lines ls 3 \
    title "bare system calls"

set title "1 to 1,000 clients at a time: ms each waits"
set xtics ("1" 1, "10" 10, "100" 100, "1,000" 1000)
plot [1:1000] [0.1:] file index "parallel" using 1:4 with linespoints ls 1 \
    title "connect to 220: half of them", \
    "" index "parallel" using 1:5 with linespoints ls 5 \
    title "99 of 100", \
    "" index "parallel" using 1:2 with linespoints ls 2 \
    title "dot to 250: half of them", \
    "" index "parallel" using 1:3 with linespoints ls 6 title "99 of 100", \
    par_y * x / par_x with lines ls 4 title "as the work"

set title "1 to 1,000 clients at a time: ms each costs"
plot [1:1000] [0.1:] file index "parallel" using 1:7 with linespoints ls 1 \
    title "time of the machine", \
    "" index "parallel" using 1:6 with linespoints ls 2 title "CPU"
unset multiplot
